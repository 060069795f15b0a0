//! What an operator does beside a running server, and the records of it.

use contract::audit::Action;
use contract::secret::Secret;
use store::{NewAudit, Store, StoreError};

use super::{now, password, sessions};

/// Gives a member a fresh password, ends their sessions, and answers with it; `None` where nobody has the address.
pub async fn reset_password(store: &Store, email: &str) -> Result<Option<String>, StoreError> {
    let Some(member) = store.member_by_email(&email.trim().to_lowercase()).await? else { return Ok(None) };
    let fresh = sessions::fresh();
    let Some(hash) = password::hash(Secret::new(fresh.clone())).await else { return Ok(None) };
    store.member_password_set(&member.id, &hash, "").await?;
    let record = NewAudit {
        team_id: &member.team_id,
        member_id: "",
        who: "operator",
        action: Action::PasswordReset.as_str(),
        target: &member.id,
        named: &member.email,
        outcome: "done",
    };
    store.audit_append(&record, now()).await?;
    Ok(Some(fresh))
}
