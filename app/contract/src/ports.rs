//! The ports: what pages may ask of the server, one small trait per noun. Each method takes the [`Actor`], so a
//! server function that forgot to ask who is calling does not compile.

use std::sync::Arc;

use async_trait::async_trait;

use crate::audit::{AuditPage, AuditQuery};
use crate::aws::AwsFacts;
use crate::catalog::{Picker, PickerFilter};
use crate::check::CheckView;
use crate::connection::{AddSourceFacts, CheckRef, ConnectionForm, ConnectionSummary, Draft, DraftSaved};
use crate::credential::{DataConnections, RotationView};
use crate::dataset::{DatasetSummary, DatasetView, Picks};
use crate::fault::Fault;
use crate::members::{AcceptForm, Invited, MembersView, PasswordForm, SessionView};
use crate::query::{Ask, FileFormat, History, HistoryFilter, QueryView, QueueEntry, Row, RunForm, Workspace};
use crate::refresh::{ConnectionRefresh, RefreshView, ScheduleFields, Triggered};
use crate::team::{Actor, Role, SessionToken, SignInForm, WelcomeForm};

pub type Answer<T> = Result<T, Fault>;

#[async_trait]
pub trait Team: Send + Sync {
    /// No team exists yet, so `/welcome` is open.
    async fn is_new(&self) -> Answer<bool>;
    /// Makes the team and its first admin, once, and signs the admin in.
    async fn found(&self, form: WelcomeForm, client: &str) -> Answer<SessionToken>;
}

#[async_trait]
pub trait Sessions: Send + Sync {
    async fn sign_in(&self, form: SignInForm, client: &str) -> Answer<SessionToken>;
    async fn sign_out(&self, actor: &Actor, token: &str) -> Answer<()>;
    /// Who this token belongs to; `None` when it is unknown, ended or out of date.
    async fn actor(&self, token: &str) -> Answer<Option<Actor>>;
}

#[async_trait]
pub trait Connections: Send + Sync {
    async fn facts(&self, actor: &Actor) -> Answer<AddSourceFacts>;
    /// What the IAM form and its help need. Never waits for AWS.
    async fn aws_facts(&self, actor: &Actor) -> Answer<AwsFacts>;
    async fn list(&self, actor: &Actor) -> Answer<Vec<ConnectionSummary>>;
    async fn show(&self, actor: &Actor, id: &str) -> Answer<ConnectionSummary>;
    /// Keeps the form as a draft of its author's. What is wrong with the form is told beside the draft's id; such a
    /// form is kept too where `keeps_refused`, so that a browser without JavaScript gets it back filled.
    async fn draft(&self, actor: &Actor, form: ConnectionForm, keeps_refused: bool) -> Answer<DraftSaved>;
    async fn draft_show(&self, actor: &Actor, id: &str) -> Answer<Draft>;
    /// Makes a draft a connection of the team, or the team's credential, or puts it in the place of the one that it
    /// edits. Answers with the id of what it became.
    async fn save(&self, actor: &Actor, id: &str) -> Answer<String>;
}

/// What becomes of a saved connection.
#[async_trait]
pub trait ConnectionLife: Send + Sync {
    async fn rename(&self, actor: &Actor, id: &str, name: &str) -> Answer<()>;
    /// Makes a draft that edits the connection, its secret in it, and answers with the draft's id.
    async fn edit(&self, actor: &Actor, id: &str) -> Answer<String>;
    async fn pause(&self, actor: &Actor, id: &str, reason: &str) -> Answer<()>;
    async fn resume(&self, actor: &Actor, id: &str) -> Answer<()>;
    /// Erases the secret and all that was read; the datasets stay. `confirm` is the connection's name.
    async fn disconnect(&self, actor: &Actor, id: &str, confirm: &str) -> Answer<()>;
    /// Removes it with its datasets.
    async fn remove(&self, actor: &Actor, id: &str, confirm: &str) -> Answer<()>;
}

/// The team credential. Whether there is one, and where it leads, every member sees; the rest is for admins.
#[async_trait]
pub trait Credential: Send + Sync {
    async fn show(&self, actor: &Actor) -> Answer<DataConnections>;
    /// Makes a draft that replaces the credential, its secret in it, and answers with the draft's id.
    async fn edit(&self, actor: &Actor) -> Answer<String>;
    /// Erases it. What leans on it has to be reconnected. `confirm` is its name.
    async fn remove(&self, actor: &Actor, confirm: &str) -> Answer<()>;
    /// Tries a replacement on every dataset that leans on the credential; returns at once, the run goes on.
    async fn rotation_start(&self, actor: &Actor, draft_id: &str) -> Answer<()>;
    async fn rotation(&self, actor: &Actor, draft_id: &str) -> Answer<RotationView>;
}

#[async_trait]
pub trait Checks: Send + Sync {
    /// Starts a check and returns at once; the check runs on.
    async fn start(&self, actor: &Actor, connection_id: &str) -> Answer<CheckRef>;
    async fn show(&self, actor: &Actor, connection_id: &str, check_id: &str) -> Answer<CheckView>;
}

#[async_trait]
pub trait Datasets: Send + Sync {
    async fn picker(&self, actor: &Actor, connection_id: &str, filter: PickerFilter) -> Answer<Picker>;
    /// Reads the catalog anew, in the background: all of it, or a schema that was not listed with the others.
    async fn catalog_read(&self, actor: &Actor, connection_id: &str, schema: &str) -> Answer<()>;
    /// Adds the picked objects and returns how many are new.
    async fn add(&self, actor: &Actor, picks: Picks) -> Answer<u32>;
    async fn remove(&self, actor: &Actor, id: &str) -> Answer<()>;
    async fn list(&self, actor: &Actor) -> Answer<Vec<DatasetSummary>>;
    async fn show(&self, actor: &Actor, id: &str) -> Answer<DatasetView>;
}

#[async_trait]
pub trait Queries: Send + Sync {
    /// Runs a typed statement and answers with its query's id at once. One that the guard refuses is a query too, that
    /// failed: nothing typed is lost. The same text of the same person, still on its way, is not run twice.
    async fn run(&self, actor: &Actor, form: RunForm) -> Answer<String>;
    /// Runs one's own query once more, in its place.
    async fn run_again(&self, actor: &Actor, id: &str) -> Answer<()>;
    /// A query with a stretch of its rows, from `first`.
    async fn show(&self, actor: &Actor, id: &str, first: u64) -> Answer<QueryView>;
    /// Rows of a result that is kept, `count` at most: of this run, and of no later one.
    async fn rows(&self, actor: &Actor, id: &str, run: i64, first: u64, count: u32) -> Answer<Vec<Row>>;
    /// Asks for a query's end; it comes within seconds, at the source too. An admin may end anybody's in the team.
    async fn cancel(&self, actor: &Actor, id: &str) -> Answer<()>;
    async fn history(&self, actor: &Actor, filter: HistoryFilter) -> Answer<History>;
    /// A named query is kept for good. An empty name takes it away.
    async fn rename(&self, actor: &Actor, id: &str, name: &str) -> Answer<()>;
    /// Shows one's query, with its result, to the team, or to oneself alone again.
    async fn share(&self, actor: &Actor, id: &str, is_shared: bool) -> Answer<()>;
    /// What the workspace starts from; with the text of a query where one is named.
    async fn workspace(&self, actor: &Actor, query_id: &str) -> Answer<Workspace>;
    /// What waits and runs in the team, oldest first.
    async fn queue(&self, actor: &Actor) -> Answer<Vec<QueueEntry>>;
    /// Schemas, tables and columns of a connection as far as they are known, as JSON for the editor.
    async fn completions(&self, actor: &Actor, connection_id: &str) -> Answer<String>;
    /// The newest answer of a dataset to this; asks where none is running or fresh. Never waits for the source.
    async fn ask(&self, actor: &Actor, dataset_id: &str, ask: Ask) -> Answer<QueryView>;
    /// Asks the source anew.
    async fn ask_again(&self, actor: &Actor, dataset_id: &str, ask: Ask) -> Answer<()>;
    /// Goes back to the snapshot after the source was asked. Nothing changes where the snapshot cannot answer.
    async fn ask_snapshot(&self, actor: &Actor, dataset_id: &str, ask: Ask) -> Answer<()>;
}

/// Refreshing datasets in the background.
#[async_trait]
pub trait Refreshes: Send + Sync {
    async fn show(&self, actor: &Actor, dataset_id: &str) -> Answer<RefreshView>;
    /// Turns it on, or sets another schedule. The first run begins at once.
    async fn set(&self, actor: &Actor, dataset_id: &str, schedule: ScheduleFields) -> Answer<()>;
    /// The snapshot goes, and every look asks the source again.
    async fn turn_off(&self, actor: &Actor, dataset_id: &str) -> Answer<()>;
    /// The same for all datasets of a connection.
    async fn set_all(&self, actor: &Actor, connection_id: &str, schedule: ScheduleFields) -> Answer<()>;
    async fn turn_off_all(&self, actor: &Actor, connection_id: &str) -> Answer<()>;
    /// Asks for a run now. Whoever asks while one is on its way joins it.
    async fn ask(&self, actor: &Actor, dataset_id: &str) -> Answer<()>;
    async fn cancel(&self, actor: &Actor, run_id: &str) -> Answer<()>;
    async fn pause(&self, actor: &Actor, dataset_id: &str, reason: &str) -> Answer<()>;
    async fn resume(&self, actor: &Actor, dataset_id: &str) -> Answer<()>;
    /// Makes the address that starts a run from outside; one that was made before leads nowhere then.
    async fn address(&self, actor: &Actor, dataset_id: &str) -> Answer<()>;
    /// Whoever holds the address asks for a run.
    async fn trigger(&self, code: &str, client: &str) -> Answer<Triggered>;
    async fn of_connection(&self, actor: &Actor, connection_id: &str) -> Answer<ConnectionRefresh>;
    /// How often the source may be asked in a day (UTC) before refreshes rest; 0 for as often as there is reason to.
    async fn budget(&self, actor: &Actor, connection_id: &str, statements: u32) -> Answer<()>;
}

/// A file on its way.
pub struct Export {
    pub name: String,
    pub format: FileFormat,
    /// The query that fills it, and tells how that went; empty where the rows are at hand.
    pub query_id: String,
    pub chunks: Box<dyn Chunks>,
}

/// The pieces of a file. Dropping them ends what makes them, at the source too.
#[async_trait]
pub trait Chunks: Send {
    /// `None` after the last. A fault means that the file is not whole, and must not look so.
    async fn next(&mut self) -> Option<Result<Vec<u8>, Fault>>;
}

#[async_trait]
pub trait Exports: Send + Sync {
    /// A query's full result as a file: from what is kept where that is all of it, from the source otherwise.
    async fn export(&self, actor: &Actor, id: &str, format: FileFormat) -> Answer<Export>;
}

/// The team's people, for admins.
#[async_trait]
pub trait Members: Send + Sync {
    async fn list(&self, actor: &Actor) -> Answer<MembersView>;
    async fn invite(&self, actor: &Actor, role: Role) -> Answer<()>;
    async fn revoke(&self, actor: &Actor, invitation_id: &str) -> Answer<()>;
    async fn set_role(&self, actor: &Actor, member_id: &str, role: Role) -> Answer<()>;
    /// Their sessions end at once, and the secrets they typed are erased.
    async fn remove(&self, actor: &Actor, member_id: &str) -> Answer<()>;
    /// For whoever holds the code.
    async fn invited(&self, code: &str) -> Answer<Invited>;
    async fn accept(&self, form: AcceptForm, client: &str) -> Answer<SessionToken>;
}

/// One's own password and sessions.
#[async_trait]
pub trait Profile: Send + Sync {
    async fn sessions(&self, actor: &Actor, token: &str) -> Answer<Vec<SessionView>>;
    async fn end_others(&self, actor: &Actor, token: &str) -> Answer<()>;
    /// The other sessions end with it; this one goes on under a new token.
    async fn change_password(&self, actor: &Actor, form: PasswordForm, token: &str) -> Answer<SessionToken>;
}

#[async_trait]
pub trait Audit: Send + Sync {
    /// Writes down, in the background, that the actor asked `path` for what is not theirs.
    fn refused(&self, actor: &Actor, path: &str);
    /// For admins.
    async fn page(&self, actor: &Actor, query: AuditQuery) -> Answer<AuditPage>;
    /// All that matches, as CSV.
    async fn csv(&self, actor: &Actor, query: AuditQuery) -> Answer<String>;
}

/// All ports together, as the site hands them to the pages.
#[derive(Clone)]
pub struct Backend {
    pub team: Arc<dyn Team>,
    pub sessions: Arc<dyn Sessions>,
    pub connections: Arc<dyn Connections>,
    pub connection_life: Arc<dyn ConnectionLife>,
    pub credential: Arc<dyn Credential>,
    pub checks: Arc<dyn Checks>,
    pub datasets: Arc<dyn Datasets>,
    pub queries: Arc<dyn Queries>,
    pub refreshes: Arc<dyn Refreshes>,
    pub exports: Arc<dyn Exports>,
    pub members: Arc<dyn Members>,
    pub profile: Arc<dyn Profile>,
    pub audit: Arc<dyn Audit>,
}
