//! Sign-in and sessions. The token is 256 random bits; the store knows its SHA-256 only.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use contract::audit::Action;
use contract::fault::Fault;
use contract::ports;
use contract::team::{Actor, Role, SessionToken, SignInForm};
use sha2::{Digest, Sha256};
use store::MemberRow;

use super::audit::{self, Deed};
use super::limits::Limit;
use super::{SECOND, Shared, log_failure, now, password, store_fault, team};
use crate::metrics;

/// A session ends after this long without a request, and after this long in any case.
pub(crate) const IDLE: i64 = 12 * 60 * 60 * SECOND;
pub(crate) const AGE: i64 = 7 * 24 * 60 * 60 * SECOND;
/// A clock that was ahead and was put right must not leave sessions that outlive their time by more than this.
const AHEAD: i64 = 24 * 60 * 60 * SECOND;

pub(crate) struct Sessions {
    shared: Arc<Shared>,
    /// Per address, and per account and address: a guesser elsewhere does not lock the owner out. Many guessers
    /// together meet the last one, which is loose.
    by_client: Limit<String>,
    by_pair: Limit<(String, String)>,
    by_account: Limit<String>,
}

impl Sessions {
    pub fn new(shared: Arc<Shared>) -> Self {
        let minute = Duration::from_secs(60);
        Self {
            shared,
            by_client: Limit::new(20, minute),
            by_pair: Limit::new(10, minute),
            by_account: Limit::new(100, minute),
        }
    }

    pub async fn begin(&self, member_id: &str) -> ports::Answer<SessionToken> {
        let token = fresh();
        self.shared.store.session_insert(&digest(&token), member_id, now()).await.map_err(store_fault)?;
        Ok(SessionToken(token))
    }
}

/// 256 random bits, as text for a cookie or a link.
pub(crate) fn fresh() -> String {
    let bytes: [u8; 32] = rand::random();
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What the store knows of a token or a code.
pub(crate) fn digest(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(token.as_bytes()))
}

pub(crate) fn actor(member: MemberRow) -> Actor {
    Actor {
        member_id: member.id,
        team_id: member.team_id,
        team_name: member.team_name,
        email: member.email,
        role: Role::from_code(&member.role),
    }
}

#[async_trait]
impl ports::Sessions for Sessions {
    async fn sign_in(&self, form: SignInForm, client: &str) -> ports::Answer<SessionToken> {
        self.by_client.take(&client.to_owned())?;
        // A text that is no address cannot be an account; it is looked up all the same, for the same time.
        let email = team::email(&form.email).unwrap_or_default();
        self.by_pair.take(&(email.clone(), client.to_owned()))?;
        self.by_account.take(&email)?;
        let member = self.shared.store.member_by_email(&email).await.map_err(store_fault)?;
        let hash = member.as_ref().map(|member| member.password_hash.clone());
        let is_right = password::verify(form.password, hash).await;
        metrics::signed_in(is_right && member.is_some());
        let Some(member) = member.map(actor) else { return Err(Fault::WrongSignIn) };
        if !is_right {
            // Written down after the answer, which takes as long as for an address that nobody has.
            let (shared, member) = (Arc::clone(&self.shared), member.clone());
            tokio::spawn(async move {
                let deed = Deed { action: Action::SignInRefused, target: &member.member_id, named: "" };
                audit::refused(&shared, &member, deed).await;
            });
            return Err(Fault::WrongSignIn);
        }
        let token = self.begin(&member.member_id).await?;
        let deed = Deed { action: Action::SignedIn, target: &member.member_id, named: "" };
        audit::done(&self.shared, &member, deed).await;
        Ok(token)
    }

    async fn sign_out(&self, actor: &Actor, token: &str) -> ports::Answer<()> {
        self.shared.store.session_delete(&digest(token)).await.map_err(store_fault)?;
        let deed = Deed { action: Action::SignedOut, target: &actor.member_id, named: "" };
        audit::done(&self.shared, actor, deed).await;
        Ok(())
    }

    async fn actor(&self, token: &str) -> ports::Answer<Option<Actor>> {
        let (hash, now) = (digest(token), now());
        let found = self.shared.store.session_member(&hash, now - AGE, now - IDLE, now + AHEAD).await;
        let found = found.map_err(store_fault)?;
        let Some(found) = found else { return Ok(None) };
        // One write a minute: each takes the store's one lock.
        let minute_ago = now - 60 * SECOND;
        // A full disk, or one that somebody holds, keeps nobody from reading a page.
        if found.seen_at < minute_ago
            && let Err(error) = self.shared.store.session_touch(&hash, minute_ago, now).await
        {
            log_failure("when a session was last seen could not be kept", &error);
        }
        Ok(Some(actor(found.member)))
    }
}
