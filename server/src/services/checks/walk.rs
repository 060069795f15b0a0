//! The walk through the stages. Each stage's work is a function of the connector; here they are put in order, timed
//! and turned into findings.

use std::time::Duration;

use contract::check::Stage;
use contract::connection::Target;
use contract::finding::{CatalogPart, Finding, Phase, SignInMethod};
use contract::host::aws_host;
use redshift::catalog::{Catalog, ObjectKind, Schema};
use redshift::deadlines::milliseconds;
use redshift::identify::Identity;
use redshift::stream::AuthRequest;
use redshift::{Error, Limits, Login, Session, TlsMode, address, catalog, identify, probe, sql};
use secrecy::SecretString;

use super::progress::Progress;
use super::reach::Reach;
use super::rights::{self, Rights};
use super::waiting::awaken;
use crate::services::findings::finding;
use crate::services::place::Way;

/// Privilege look-ups get this long; on a catalog where they take longer, tables count as readable until tried.
const RIGHTS_DEADLINE: Duration = Duration::from_secs(5);

/// How many tables the check tries to read before it says that none can be.
const TABLE_TRIES: usize = 5;

/// How many findings of one kind a stage lists.
pub(super) const LISTED: usize = 5;

/// A check as a whole: long enough for every stage to fail in its own words, short enough to wait for.
const TOTAL: Duration = Duration::from_secs(15);
/// A Serverless workgroup may have to wake up.
const TOTAL_WAKING: Duration = Duration::from_secs(95);
/// One statement of a check.
const STATEMENT: Duration = Duration::from_secs(8);
/// A view that can take minutes; the check goes on without it.
const VIEW: Duration = Duration::from_millis(2_500);

/// What a check is of: the way there, and the password or why there is none.
pub(super) struct Subject {
    pub way: Way,
    pub target: Target,
    pub password: Result<SecretString, Finding>,
    pub catalog_limits: Limits,
    /// Schema and name of each dataset there is.
    pub picked: Vec<(String, String)>,
}

pub(super) async fn run(subject: Subject, mut progress: Progress) {
    let is_serverless = aws_host(&subject.target.host).is_some_and(|host| host.is_serverless);
    let total = if is_serverless { TOTAL_WAKING } else { TOTAL };
    let heartbeat = progress.heartbeat();
    let outcome = {
        let walk = tokio::time::timeout(total, walk(&subject, &mut progress));
        tokio::select! {
            () = heartbeat => Ok(None),
            outcome = walk => outcome,
        }
    };
    if outcome.is_err() {
        let timed_out = Finding::TimedOut { phase: Phase::Statement, after_ms: milliseconds(total) };
        progress.cut_short(timed_out).await;
    }
    progress.finish().await;
}

/// Returns early after the first stage that failed.
async fn walk(subject: &Subject, progress: &mut Progress) -> Option<()> {
    let Subject { way, target, password, catalog_limits, picked } = subject;
    let fail = |error: &Error| finding(error, target, None);
    let mut means = way.means.clone();
    means.deadlines.statement = means.deadlines.statement.min(STATEMENT);
    means.deadlines.view = means.deadlines.view.min(VIEW);
    let means = &means;

    progress.begin(Stage::Read).await;
    let read = password.as_ref().map_or_else(Finding::clone, |_| Finding::StringRead);
    go_on(progress.end(Stage::Read, &[read]).await)?;
    let password = password.as_ref().ok()?.clone();

    progress.begin(Stage::Address).await;
    let addresses = address::resolve(&way.endpoint, &means.policy, &*means.resolver, &means.deadlines).await;
    let found = match &addresses {
        Ok(addresses) => Finding::AddressAllowed { count: addresses.len() as u32 },
        Err(error) => fail(error),
    };
    go_on(progress.end(Stage::Address, &[found]).await)?;

    let reach = Reach { means, addresses: addresses.ok()?, tls: &way.tls };
    progress.begin(Stage::Tcp).await;
    let dialled = awaken(progress, Stage::Tcp, means, reach.dial()).await;
    let found = dialled.said(fail, |_| vec![Finding::TcpOpen]);
    go_on(progress.end(Stage::Tcp, &found).await)?;
    let dialled = dialled.outcome.ok()?;

    progress.begin(Stage::Tls).await;
    let secured = awaken(progress, Stage::Tls, means, reach.secure(dialled)).await;
    let found = secured.said(fail, |_| vec![encryption(way.tls.mode)]);
    go_on(progress.end(Stage::Tls, &found).await)?;
    let secured = secured.outcome.ok()?;

    progress.begin(Stage::SignIn).await;
    let login = Login { user: target.user.clone(), password, database: target.database.clone() };
    let signed_in = awaken(progress, Stage::SignIn, means, reach.sign_in(secured, &login)).await;
    let identity = match &signed_in.outcome {
        Ok(session) => identify::identify(session).await.map_err(|error| fail(&error)),
        Err(error) => Err(fail(error)),
    };
    let found = match (&signed_in.outcome, &identity) {
        (Ok(session), Ok(identity)) => signed_in.said(fail, |_| introduced(session, identity)),
        (_, Err(finding)) => vec![finding.clone()],
        (Err(error), _) => vec![fail(error)],
    };
    go_on(progress.end(Stage::SignIn, &found).await)?;
    let (session, identity) = (signed_in.outcome.ok()?, identity.ok()?);

    progress.begin(Stage::ReadOnly).await;
    let proof = session.prove_read_only().await;
    let found = proof.as_ref().map_or_else(fail, |()| Finding::ReadOnlyProven);
    go_on(progress.end(Stage::ReadOnly, &[found]).await)?;

    progress.begin(Stage::Database).await;
    let listed = catalog::read(&session, identity.is_redshift, *catalog_limits).await;
    let found =
        listed.as_ref().map_or_else(|error| vec![fail(error)], |catalog| database(catalog, target, *catalog_limits));
    go_on(progress.end(Stage::Database, &found).await)?;
    let listed = listed.ok()?;

    progress.begin(Stage::Tables).await;
    let rights = probe::rights(&session, *catalog_limits, RIGHTS_DEADLINE).await;
    let known = Rights::new(rights.unwrap_or_default());
    let found = tables(&session, &listed, &known, target).await;
    progress.journal().catalog(&listed, &known).await;
    go_on(progress.end(Stage::Tables, &[found]).await)?;

    progress.begin(Stage::Rights).await;
    let found = rights::findings(&listed, &known, identity.is_superuser, target, picked);
    progress.end(Stage::Rights, &found).await;
    session.close().await;
    Some(())
}

fn encryption(mode: TlsMode) -> Finding {
    match mode {
        TlsMode::VerifyFull => Finding::TlsVerified,
        TlsMode::VerifyCa => Finding::TlsNameUnchecked,
        TlsMode::Unverified => Finding::TlsUnverified,
        TlsMode::Disable => Finding::TlsOff,
    }
}

/// How the sign-in went, and who answers.
fn introduced(session: &Session, identity: &Identity) -> Vec<Finding> {
    let version = identity.version.clone();
    let who = if identity.is_redshift { Finding::IsRedshift { version } } else { Finding::NotRedshift { version } };
    vec![Finding::SignedIn { method: method(session.auth()) }, who]
}

fn go_on(may: bool) -> Option<()> {
    may.then_some(())
}

fn method(auth: Option<AuthRequest>) -> SignInMethod {
    match auth {
        None => SignInMethod::Trust,
        Some(AuthRequest::ClearText) => SignInMethod::ClearText,
        Some(AuthRequest::Md5) => SignInMethod::Md5,
        Some(AuthRequest::Sha256) => SignInMethod::Sha256,
        Some(AuthRequest::Scram) => SignInMethod::Scram,
    }
}

fn database(catalog: &Catalog, target: &Target, limits: Limits) -> Vec<Finding> {
    let user = target.user.clone();
    if !catalog.schemas.iter().any(|schema| schema.is_usable) {
        return vec![Finding::NoSchemaVisible { user }];
    }
    if catalog.object_count() == 0 {
        return vec![Finding::NoTableVisible { user }];
    }
    let mut found = vec![Finding::DatabaseRead {
        schema_count: catalog.schemas.len() as u32,
        object_count: catalog.object_count() as u32,
    }];
    let unlisted = catalog.schemas.iter().filter(|schema| schema.is_unlisted).take(LISTED);
    found.extend(unlisted.map(|schema| Finding::SchemaUnlisted { schema: schema.name.clone() }));
    found.extend(catalog.missing.iter().map(|part| Finding::CatalogPartMissing {
        part: match part {
            catalog::Part::MaterializedViews => CatalogPart::MaterializedViews,
            catalog::Part::ExternalSchemas => CatalogPart::ExternalSchemas,
        },
    }));
    if catalog.is_cut {
        found.push(Finding::CatalogCut { limit: limits.rows as u32 });
    }
    found
}

/// Reads a row of one table: what the person came for. Plain tables first, as views can be slow.
async fn tables(session: &Session, catalog: &Catalog, rights: &Rights, target: &Target) -> Finding {
    let mut candidates: Vec<(&Schema, &str, ObjectKind)> = Vec::new();
    for schema in &catalog.schemas {
        let readable = schema.objects.iter().filter(|object| rights.is_readable(schema, &object.name));
        candidates.extend(readable.map(|object| (schema, object.name.as_str(), object.kind)));
    }
    candidates.sort_by_key(|(.., kind)| *kind != ObjectKind::Table);
    let mut last = None;
    for (schema, table, _) in candidates.iter().take(TABLE_TRIES) {
        let Some(select) = sql::select_first(&schema.name, table, 1) else {
            continue;
        };
        match session.read(&select, Limits::VALUE).await {
            Ok(_) => {
                return Finding::TableRead { schema: schema.name.clone(), table: (*table).to_owned() };
            }
            Err(error @ Error::Server(_)) => last = Some(finding(&error, target, Some((&schema.name, table)))),
            Err(error) => return finding(&error, target, Some((&schema.name, table))),
        }
    }
    match last {
        Some(said) if !matches!(said, Finding::SchemaDenied { .. } | Finding::TableDenied { .. }) => said,
        _ => {
            let usable = catalog.schemas.iter().find(|schema| schema.is_usable && !schema.objects.is_empty());
            let schema = usable.or(catalog.schemas.first()).map(|schema| schema.name.clone()).unwrap_or_default();
            Finding::NoTableReadable { user: target.user.clone(), schema }
        }
    }
}
