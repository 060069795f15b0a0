//! From a stored connection to a signed-in session, by whichever method it signs in.

use contract::connection::Target;
use contract::finding::Finding;
use redshift::iam::{Minted, Place};
use redshift::{Error, Session};
use secrecy::SecretString;
use store::ConnectionRow;
use tokio::time::timeout;

use super::findings::{finding, is_sign_in_refused};
use super::iam::{self, BUDGET, Minter, has_expired};
use super::place::{self, Way};
use super::{Shared, log_failure};

/// A session for one person's work, and the target as it is then known: by IAM, AWS tells host and user.
pub(crate) async fn open(shared: &Shared, row: &ConnectionRow, member_id: &str) -> Result<(Session, Target), Finding> {
    match row.method.as_str() {
        "iam" => minted(shared, row, member_id).await,
        _ => with_password(shared, row).await,
    }
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
    if target.host.is_empty() {
        let place = find(&minter).await?;
        let kept = shared.store.connection_found(&row.id, &row.purpose, &place.host, i64::from(place.port)).await;
        if let Err(error) = kept {
            log_failure("a cluster's endpoint could not be kept", &error);
        }
        (target.host, target.port) = (place.host, place.port);
        way.lead_to(&target.host, target.port);
    }
    let mut minted = minter.login().await?;
    let mut opened = enter(&way, &minter, &minted).await;
    // A wait for a workgroup or for a turn can outlast the credentials.
    if opened.as_ref().is_err_and(is_sign_in_refused) && has_expired(&minted) {
        minted = minter.login().await?;
        opened = enter(&way, &minter, &minted).await;
    }
    iam::name_user(&mut target, &minted);
    Ok((opened.map_err(|error| finding(&error, &target, None))?, target))
}

async fn enter(way: &Way, minter: &Minter, minted: &Minted) -> Result<Session, Error> {
    Session::open(&way.means, &way.endpoint, &way.tls, &minter.login_of(minted)).await
}

async fn find(minter: &Minter) -> Result<Place, Finding> {
    let found = timeout(BUDGET, async { minter.enter().await?.find().await }).await;
    let found = found.unwrap_or(Err(redshift::iam::Refusal::TimedOut));
    found.map_err(|refusal| minter.explain(&refusal))
}
