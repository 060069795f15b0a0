//! Whose credentials may be minted for a connection, and where they may be sent.

use contract::fault::Fault;
use contract::team::{Actor, Role};
use store::ConnectionRow;

use crate::services::{Shared, iam, store_fault};

/// Where a draft with its own way in leads, judged again: who made it may have been an admin then.
pub(crate) async fn of_draft(shared: &Shared, actor: &Actor, row: &ConnectionRow) -> Result<(), Fault> {
    if row.is_draft == 0 || !row.credential_id.is_empty() {
        return Ok(());
    }
    match of(shared, actor, row).await? {
        // Who may ask is looked at again whenever somebody does.
        Err(Fault::RoleNeeded) => Ok(()),
        judged => judged,
    }
}

/// Whether the actor may have credentials minted for this row, and sent there. Whoever could aim them at a host of their
/// own, or have it trusted by an authority of their own, could take them and use them outside Flitch.
pub(super) async fn of(shared: &Shared, actor: &Actor, row: &ConnectionRow) -> Result<Result<(), Fault>, Fault> {
    let Some(target) = iam::target(&row.method, &row.iam) else { return Ok(Ok(())) };
    let is_elsewhere = !row.host.is_empty() && !target.is_at(&row.host);
    let is_aimed = is_elsewhere || !row.tls_name.is_empty() || !row.ca_certificate.is_empty();
    if is_aimed && actor.role != Role::Admin {
        return Ok(Err(Fault::EndpointForAdmins));
    }
    let may = shared.iam.allows(shared, &actor.team_id, &target).await.map_err(store_fault)?;
    Ok(if may { Ok(()) } else { Err(Fault::RoleNeeded) })
}
