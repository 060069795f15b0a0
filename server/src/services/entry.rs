//! From a stored connection to a signed-in session, by whichever method it signs in.

use contract::connection::Target;
use contract::finding::Finding;
use redshift::iam::Minted;
use redshift::{Error, Session};
use secrecy::SecretString;
use store::{ConnectionRow, Found};
use tokio::task::JoinHandle;

use super::findings::{finding, is_sign_in_refused};
use super::iam::{self, Minter, has_expired};
use super::place::{self, Way};
use super::{DAY, Shared, log_failure};

/// Whether anything may be asked through the connection as it stands.
pub(crate) fn admit(row: &ConnectionRow) -> Result<(), Finding> {
    match row.state.as_str() {
        "paused" => Err(Finding::ConnectionPaused { by: row.state_by.clone(), reason: row.state_reason.clone() }),
        "disconnected" => Err(Finding::ReconnectRequired),
        _ if lacks_credential(row) => Err(Finding::ReconnectRequired),
        _ => Ok(()),
    }
}

/// A session for one person's work, and the target as it is then known: by IAM, AWS tells host and user.
pub(crate) async fn open(shared: &Shared, row: &ConnectionRow, member_id: &str) -> Result<(Session, Target), Finding> {
    admit(row)?;
    let counted = count_use(shared, row);
    let opened = open_counted(shared, row, member_id).await;
    // Whatever is asked next, and held against the budget, finds this one counted. A failure was logged.
    let _ = counted.await;
    opened
}

/// For work that was admitted, and counted as a use of the source, already.
pub(crate) async fn open_counted(
    shared: &Shared,
    row: &ConnectionRow,
    member_id: &str,
) -> Result<(Session, Target), Finding> {
    match row.method.as_str() {
        "iam" => minted(shared, row, member_id).await,
        _ => with_password(shared, row).await,
    }
}

/// A source is asked once more today: that of the connection, where it is a draft of one that is tried. Counted also
/// where nobody waits for it any more.
pub(crate) fn count_use(shared: &Shared, row: &ConnectionRow) -> JoinHandle<()> {
    let own = if row.replaces_id.is_empty() { &row.id } else { &row.replaces_id };
    let (store, connection_id, now) = (shared.store.clone(), own.clone(), shared.clock.now());
    tokio::spawn(async move {
        if let Err(error) = store.source_use_add(&connection_id, now.div_euclid(DAY)).await {
            log_failure("a use of a source could not be counted", &error);
        }
    })
}

/// It leans on the team credential, and that is gone or leads elsewhere by now.
pub(crate) fn lacks_credential(row: &ConnectionRow) -> bool {
    !row.credential_id.is_empty() && row.is_lent == 0
}

async fn with_password(shared: &Shared, row: &ConnectionRow) -> Result<(Session, Target), Finding> {
    let target = place::target(row);
    let way = Way::of(shared, row);
    let login = Way::login(row, password(shared, row)?);
    let session = Session::open(&way.means, &way.endpoint, &way.tls, &login).await;
    Ok((session.map_err(|error| finding(&error, &target, None))?, target))
}

/// The password that was stored.
pub(crate) fn password(shared: &Shared, row: &ConnectionRow) -> Result<SecretString, Finding> {
    place::unseal(shared, row).map_err(|error| {
        log_failure("a stored password could not be opened", &error);
        Finding::SecretUnreadable
    })
}

async fn minted(shared: &Shared, row: &ConnectionRow, member_id: &str) -> Result<(Session, Target), Finding> {
    let minter = Minter::of(shared, row, member_id).await?;
    let mut way = Way::of(shared, row);
    let mut target = place::target(row);
    let was_known = !target.host.is_empty();
    if was_known {
        minter.admit(&row.found_admin)?;
    } else {
        find(shared, row, &minter, &mut way, &mut target).await?;
    }
    let mut opened = enter(&way, &minter).await?;
    // A cluster that was paused, moved or made anew is not where AWS said it was.
    if was_known && !way.is_typed && opened.as_ref().is_err_and(is_elsewhere) {
        find(shared, row, &minter, &mut way, &mut target).await?;
        opened = enter(&way, &minter).await?;
    }
    let (session, minted) = opened.map_err(|error| finding(&error, &target, None))?;
    iam::name_user(&mut target, &minted);
    Ok((session, target))
}

/// Mints and signs in. A wait for a workgroup or for a turn can outlast the credentials: then once more.
async fn enter(way: &Way, minter: &Minter) -> Result<Result<(Session, Minted), Error>, Finding> {
    let mut minted = minter.login().await?;
    let mut opened = Session::open(&way.means, &way.endpoint, &way.tls, &minter.login_of(&minted)).await;
    if opened.as_ref().is_err_and(is_sign_in_refused) && has_expired(&minted) {
        minted = minter.login().await?;
        opened = Session::open(&way.means, &way.endpoint, &way.tls, &minter.login_of(&minted)).await;
    }
    Ok(opened.map(|session| (session, minted)))
}

fn is_elsewhere(error: &Error) -> bool {
    matches!(
        error,
        Error::HostUnknown | Error::DialTimedOut | Error::DialRefused | Error::DialUnreachable | Error::Certificate(_)
    )
}

/// Asks AWS where the cluster is, and keeps the answer for the next query.
async fn find(
    shared: &Shared,
    row: &ConnectionRow,
    minter: &Minter,
    way: &mut Way,
    target: &mut Target,
) -> Result<(), Finding> {
    let place = minter.find().await?;
    let admin = place.admin.unwrap_or_default();
    minter.admit(&admin)?;
    let found = Found { host: &place.host, port: i64::from(place.port), admin: &admin };
    if let Err(error) = shared.store.connection_found(&row.id, &row.purpose, found).await {
        log_failure("a cluster's endpoint could not be kept", &error);
    }
    (target.host, target.port) = (place.host, place.port);
    way.lead_to(&target.host, target.port);
    Ok(())
}
