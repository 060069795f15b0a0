//! Datasets: picked tables and views.

use serde::{Deserialize, Serialize};

use crate::catalog::ObjectKind;
use crate::connection::Target;
use crate::query::Column;
use crate::refresh::ScheduleFields;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatasetSummary {
    pub id: String,
    pub connection_id: String,
    pub schema: String,
    pub name: String,
    pub kind: ObjectKind,
    /// Where it is refreshed.
    pub standing: Option<Standing>,
}

/// How a refreshed dataset stands, at a glance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    pub glance: Glance,
    /// Of what is served; none where nothing is.
    pub age_us: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Glance {
    /// The last run went well, or none has ended yet.
    Good,
    /// What is served should have been made newer by now.
    Late,
    /// The last run failed; another will follow.
    Failing,
    /// The source had no room for the last run; another will follow.
    Crowded,
    /// Nothing runs by itself until somebody does something.
    Resting,
    /// The source refused the way in.
    Refused,
}

/// The dataset page's head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatasetView {
    pub summary: DatasetSummary,
    pub connection_name: String,
    /// As the newest preview told them; none before the first.
    pub columns: Vec<Column>,
    pub user: String,
    pub target: Target,
    /// Asking it wakes compute that is paid by the second.
    pub is_serverless: bool,
    /// Declared egress addresses, for the hints.
    pub egress: Vec<String>,
}

/// The picker's answer: catalog objects to add. `picked` holds [`ObjectName`](crate::object_name::ObjectName)s as text,
/// as a browser without JavaScript sends them too.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picks {
    pub connection_id: String,
    #[serde(default)]
    pub picked: Vec<String>,
    /// A whole schema, by name: all of it that matches the search and the kind.
    #[serde(default)]
    pub whole_schema: String,
    #[serde(default)]
    pub search: String,
    #[serde(default)]
    pub kind: String,
    /// They are refreshed from the beginning.
    #[serde(default)]
    pub is_refreshed: bool,
    #[serde(default)]
    pub schedule: ScheduleFields,
}
