//! A check: one staged connection test.

use serde::{Deserialize, Serialize};

use crate::connection::{Method, Target};
use crate::finding::Finding;

/// One step of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Read the connection string, or the form.
    Read,
    /// By IAM: who asks AWS.
    AwsIdentity,
    /// By IAM: where the cluster is.
    AwsEndpoint,
    /// Look the host up and judge its addresses.
    Address,
    Tcp,
    Tls,
    /// By IAM: short-lived credentials.
    Mint,
    SignIn,
    ReadOnly,
    Database,
    Tables,
    Rights,
}

impl Stage {
    const BY_STRING: [Self; 9] = [
        Self::Read,
        Self::Address,
        Self::Tcp,
        Self::Tls,
        Self::SignIn,
        Self::ReadOnly,
        Self::Database,
        Self::Tables,
        Self::Rights,
    ];

    const BY_IAM: [Self; 12] = [
        Self::Read,
        Self::AwsIdentity,
        Self::AwsEndpoint,
        Self::Address,
        Self::Tcp,
        Self::Tls,
        Self::Mint,
        Self::SignIn,
        Self::ReadOnly,
        Self::Database,
        Self::Tables,
        Self::Rights,
    ];

    /// The stages of a check, in the order they run.
    pub fn of(method: Method) -> &'static [Self] {
        match method {
            Method::Iam => &Self::BY_IAM,
            Method::String | Method::Team => &Self::BY_STRING,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StageState {
    Waiting,
    Running,
    Passed,
    /// Passed, with something to know.
    Warned,
    Failed,
    /// An earlier stage failed.
    NotRun,
}

/// One stage as it stands, with what it learnt: findings, or the words for them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageView<F = Finding> {
    pub stage: Stage,
    pub state: StageState,
    pub findings: Vec<F>,
    pub duration_us: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckOutcome {
    Running,
    Passed,
    /// Every stage ran; at least one has something to know.
    Warned,
    Failed,
    /// The server stopped while the check ran.
    Interrupted,
}

impl CheckOutcome {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Passed => "passed",
            Self::Warned => "warned",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
        }
    }

    pub fn is_running(self) -> bool {
        self == Self::Running
    }

    pub fn is_good(self) -> bool {
        matches!(self, Self::Passed | Self::Warned)
    }
}

/// A check as its page shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckView<F = Finding> {
    pub id: String,
    pub connection_id: String,
    pub connection_name: String,
    pub is_draft: bool,
    /// The connection that the draft edits; empty for a new one.
    pub replaces: String,
    /// It is the team credential that was tested, or a draft of it.
    pub is_credential: bool,
    /// How many connections lean on that credential.
    pub leaning_count: u32,
    /// What was tested.
    pub target: Target,
    /// The connection was edited since, so this check says nothing about it any more.
    pub is_outdated: bool,
    pub outcome: CheckOutcome,
    /// Microseconds since 1970, UTC.
    pub started_at: i64,
    pub duration_us: Option<u64>,
    pub stages: Vec<StageView<F>>,
    /// Declared egress addresses, for the hints.
    pub egress: Vec<String>,
}

impl CheckView {
    /// The same with each finding put into words.
    pub fn tell<T>(self, tell: impl Fn(&Finding, &Target, &[String]) -> T) -> CheckView<T> {
        let told = |stage: StageView| StageView {
            stage: stage.stage,
            state: stage.state,
            findings: stage.findings.iter().map(|finding| tell(finding, &self.target, &self.egress)).collect(),
            duration_us: stage.duration_us,
        };
        CheckView {
            stages: self.stages.into_iter().map(told).collect(),
            id: self.id,
            connection_id: self.connection_id,
            connection_name: self.connection_name,
            is_draft: self.is_draft,
            replaces: self.replaces,
            is_credential: self.is_credential,
            leaning_count: self.leaning_count,
            target: self.target.clone(),
            is_outdated: self.is_outdated,
            outcome: self.outcome,
            started_at: self.started_at,
            duration_us: self.duration_us,
            egress: self.egress.clone(),
        }
    }
}
