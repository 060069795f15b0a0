//! The walk through the stages. Each stage's work is a function of the connector; here they are put in order, timed
//! and turned into findings.

use std::time::Duration;

use contract::check::Stage;
use contract::connection::Target;
use contract::finding::{Finding, SignInMethod};
use redshift::deadlines::milliseconds;
use redshift::iam::Minted;
use redshift::identify::Identity;
use redshift::stream::AuthRequest;
use redshift::{Error, Limits, Login, Session, TlsMode, address, catalog, identify, probe};
use secrecy::SecretString;

use super::aws::{self, Asking};
use super::listing::{database, tables};
use super::progress::Progress;
use super::reach::{Encrypted, Reach};
use super::rights::{self, Rights};
use super::waiting::{Awaited, awaken};
use crate::services::findings::{finding, is_sign_in_refused};
use crate::services::iam::{self, Minter};
use crate::services::place::Way;

/// Privilege look-ups get this long; on a catalog where they take longer, tables count as readable until tried.
const RIGHTS_DEADLINE: Duration = Duration::from_secs(5);

/// A check as a whole: long enough for every stage to fail in its own words, short enough to wait for.
const TOTAL: Duration = Duration::from_secs(15);
/// AWS's own answers come on top.
const TOTAL_WITH_AWS: Duration = Duration::from_secs(30);
/// A Serverless workgroup may have to wake up.
const TOTAL_WAKING: Duration = Duration::from_secs(95);
/// One statement of a check.
const STATEMENT: Duration = Duration::from_secs(8);
/// A view that can take minutes; the check goes on without it.
const VIEW: Duration = Duration::from_millis(2_500);

/// What a check is of: the way there, and how it signs in.
pub(super) struct Subject {
    pub way: Way,
    pub target: Target,
    pub entry: Entry,
    pub catalog_limits: Limits,
    /// Schema and name of each dataset there is.
    pub picked: Vec<(String, String)>,
}

/// The password, or who mints one; or why there is none.
pub(super) enum Entry {
    Password(Result<SecretString, Finding>),
    Iam(Box<Result<Minter, Finding>>),
}

impl Entry {
    /// Why nothing is asked of the source at all.
    pub fn refusal(&self) -> Option<&Finding> {
        match self {
            Self::Password(password) => password.as_ref().err(),
            Self::Iam(minter) => minter.as_ref().as_ref().err(),
        }
    }
}

pub(super) async fn run(subject: Subject, mut progress: Progress) {
    let total = match (subject.target.is_serverless(), &subject.entry) {
        (true, _) => TOTAL_WAKING,
        (false, Entry::Iam(_)) => TOTAL_WITH_AWS,
        (false, Entry::Password(_)) => TOTAL,
    };
    let heartbeat = progress.heartbeat();
    let outcome = {
        let walk = tokio::time::timeout(total, walk(subject, &mut progress));
        tokio::select! {
            () = heartbeat => Ok(None),
            outcome = walk => outcome,
        }
    };
    if outcome.is_err() {
        progress.cut_short(Finding::CheckTooLong { after_ms: milliseconds(total) }).await;
    }
    progress.finish().await;
}

/// Returns early after the first stage that failed.
async fn walk(subject: Subject, progress: &mut Progress) -> Option<()> {
    let Subject { mut way, mut target, entry, catalog_limits, picked } = subject;
    way.means.deadlines.statement = way.means.deadlines.statement.min(STATEMENT);
    way.means.deadlines.view = way.means.deadlines.view.min(VIEW);

    progress.begin(Stage::Read).await;
    let read = entry.refusal().map_or(Finding::StringRead, Finding::clone);
    go_on(progress.end(Stage::Read, &[read]).await)?;
    let mut asking = match &entry {
        Entry::Iam(minter) => minter.as_ref().as_ref().ok().map(Asking::new),
        Entry::Password(_) => None,
    };
    if let Some(asking) = &mut asking {
        asking.identity(progress).await?;
        let is_typed = way.is_typed;
        if let Some(place) = asking.endpoint(progress, &target, is_typed).await? {
            (target.host, target.port) = (place.host, place.port);
            way.lead_to(&target.host, target.port);
            progress.journal().found(&target, &place.admin.unwrap_or_default()).await;
        }
    }
    let Way { means, endpoint, tls, .. } = &way;

    progress.begin(Stage::Address).await;
    let addresses = address::resolve(endpoint, &means.policy, &*means.resolver, &means.deadlines).await;
    let found = match &addresses {
        Ok(addresses) => Finding::AddressAllowed { count: addresses.len() as u32 },
        Err(error) => finding(error, &target, None),
    };
    go_on(progress.end(Stage::Address, &[found]).await)?;

    let reach = Reach { means, addresses: addresses.ok()?, tls };
    progress.begin(Stage::Tcp).await;
    let dialled = awaken(progress, Stage::Tcp, means, reach.dial()).await;
    let found = dialled.said(|error| finding(error, &target, None), |_| vec![Finding::TcpOpen]);
    go_on(progress.end(Stage::Tcp, &found).await)?;
    let dialled = dialled.outcome.ok()?;

    progress.begin(Stage::Tls).await;
    let secured = awaken(progress, Stage::Tls, means, reach.secure(dialled)).await;
    let found = secured.said(|error| finding(error, &target, None), |_| vec![encryption(tls.mode)]);
    go_on(progress.end(Stage::Tls, &found).await)?;
    let secured = secured.outcome.ok()?;

    let login = match (&mut asking, &entry) {
        (Some(asking), _) => {
            progress.begin(Stage::Mint).await;
            let minted = asking.mint().await;
            let found = minted.as_ref().map_or_else(Finding::clone, aws::told);
            go_on(progress.end(Stage::Mint, &[found]).await)?;
            let minted = minted.ok()?;
            iam::name_user(&mut target, &minted);
            Key { login: asking.minter.login_of(&minted), minted: Some(minted) }
        }
        (None, Entry::Password(Ok(password))) => {
            let (user, database) = (target.user.clone(), target.database.clone());
            Key { login: Login { user, password: password.clone(), database }, minted: None }
        }
        (None, _) => return None,
    };

    progress.begin(Stage::SignIn).await;
    let signed_in = sign_in(progress, &reach, secured, &login, asking.as_mut()).await;
    let fail = |error: &Error| finding(error, &target, None);
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
    let listed = catalog::read(&session, identity.is_redshift, catalog_limits).await;
    let found =
        listed.as_ref().map_or_else(|error| vec![fail(error)], |catalog| database(catalog, &target, catalog_limits));
    go_on(progress.end(Stage::Database, &found).await)?;
    let listed = listed.ok()?;

    progress.begin(Stage::Tables).await;
    let rights = probe::rights(&session, catalog_limits, RIGHTS_DEADLINE).await;
    let known = Rights::new(rights.unwrap_or_default());
    let found = tables(&session, &listed, &known, &target).await;
    progress.journal().catalog(&listed, &known).await;
    go_on(progress.end(Stage::Tables, &[found]).await)?;

    progress.begin(Stage::Rights).await;
    let found = rights::findings(&listed, &known, identity.is_superuser, &target, &picked);
    progress.end(Stage::Rights, &found).await;
    progress.journal().rest(session, identity.is_redshift).await;
    Some(())
}

/// What signs in.
struct Key {
    login: Login,
    minted: Option<Minted>,
}

/// Signs in. A workgroup can take so long to wake up that minted credentials run out: then they are minted once more.
async fn sign_in(
    progress: &mut Progress,
    reach: &Reach<'_>,
    secured: Encrypted,
    key: &Key,
    asking: Option<&mut Asking<'_>>,
) -> Awaited<Session> {
    let means = reach.means;
    let first = awaken(progress, Stage::SignIn, means, reach.sign_in(secured, &key.login)).await;
    let (Some(asking), Some(minted), Err(error)) = (asking, &key.minted, &first.outcome) else {
        return first;
    };
    if !is_sign_in_refused(error) || !iam::has_expired(minted) {
        return first;
    }
    match asking.mint().await {
        Ok(anew) => {
            let login = asking.minter.login_of(&anew);
            awaken(progress, Stage::SignIn, means, reach.sign_in_anew(&login)).await
        }
        Err(_) => first,
    }
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
