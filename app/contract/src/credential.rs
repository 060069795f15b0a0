//! The team credential: the one Redshift credential that an admin stores, and connections may lean on.

use serde::{Deserialize, Serialize};

use crate::connection::{ConnectionSummary, LastCheck, Target};
use crate::finding::Finding;

/// What Settings → Data connections shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataConnections {
    pub credential: Option<CredentialView>,
    /// Every connection of the team; those that lean on the credential say so.
    pub connections: Vec<ConnectionSummary>,
    /// The addresses Flitch connects from, as CIDR blocks.
    pub egress: Vec<String>,
}

/// The stored credential: everything but the secret, which nobody reads back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CredentialView {
    pub id: String,
    pub name: String,
    pub target: Target,
    pub set_by: String,
    /// They have left the team, and may know the secret still.
    pub has_left: bool,
    /// Microseconds since 1970, UTC.
    pub set_at: i64,
    pub last_check: Option<LastCheck>,
}

/// How a dry run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RotationOutcome {
    Running,
    /// Nothing that works today would break.
    Good,
    /// Something would.
    Breaks,
    /// The new credential does not get in, so nothing could be tried.
    Failed,
    /// The server stopped while it ran.
    Interrupted,
}

impl RotationOutcome {
    pub fn is_running(self) -> bool {
        self == Self::Running
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineState {
    Waiting,
    /// The new credential reads it.
    Reads,
    /// The new one does not, today's does.
    Breaks,
    /// Neither does: nothing is lost.
    BrokenBefore,
    /// The new one does not, and today's did not answer clearly.
    Unclear,
}

/// A dataset, tried with the new credential.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RotationLine<F = Finding> {
    pub connection: String,
    /// `schema.name`.
    pub dataset: String,
    pub state: LineState,
    /// Why the new credential does not read it.
    pub finding: Option<F>,
}

/// A dry run of a replacement, over all that leans on the credential.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RotationView<F = Finding> {
    pub draft_id: String,
    /// Where the replacement leads, and as whom.
    pub target: Target,
    pub outcome: RotationOutcome,
    /// Why the new credential does not get in.
    pub finding: Option<F>,
    pub lines: Vec<RotationLine<F>>,
    /// The draft or the credential was changed since, so the run says nothing any more.
    pub is_outdated: bool,
    pub egress: Vec<String>,
}

impl RotationView {
    /// The same with each finding put into words.
    pub fn tell<T>(self, tell: impl Fn(&Finding, &Target, &[String]) -> T) -> RotationView<T> {
        let told = |finding: Option<Finding>| finding.map(|finding| tell(&finding, &self.target, &self.egress));
        let lines = self.lines.into_iter().map(|line| RotationLine {
            connection: line.connection,
            dataset: line.dataset,
            state: line.state,
            finding: told(line.finding),
        });
        RotationView {
            lines: lines.collect(),
            finding: told(self.finding),
            draft_id: self.draft_id,
            target: self.target.clone(),
            outcome: self.outcome,
            is_outdated: self.is_outdated,
            egress: self.egress.clone(),
        }
    }
}
