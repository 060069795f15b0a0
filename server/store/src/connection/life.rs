//! What becomes of a saved connection: renamed, edited, paused, cut off, removed.

use sqlx::AnyConnection;

use super::ConnectionRow;
use crate::{Result, Store};

/// Who set a state, and why.
#[derive(Clone, Copy, Debug)]
pub struct NewState<'a> {
    pub state: &'a str,
    pub reason: &'a str,
    pub by: &'a str,
    pub at: i64,
}

impl Store {
    pub async fn connection_rename(&self, team_id: &str, id: &str, name: &str) -> Result<bool> {
        let renamed = sqlx::query("update connection set name = $3 where id = $1 and team_id = $2 and is_draft = 0");
        Ok(renamed.bind(id).bind(team_id).bind(name).execute(self.pool()).await?.rows_affected() == 1)
    }

    /// From one state to another; false when it is not in the first. Refreshes under way end where it is live no more.
    pub async fn connection_state_set(&self, team_id: &str, id: &str, from: &str, to: NewState<'_>) -> Result<bool> {
        let mut write = self.begin().await?;
        let set = sqlx::query(
            "update connection
             set state = $4, state_reason = $5, state_by = $6, state_at = $7
             where id = $1
               and team_id = $2
               and is_draft = 0
               and state = $3",
        )
        .bind(id)
        .bind(team_id)
        .bind(from)
        .bind(to.state)
        .bind(to.reason)
        .bind(to.by)
        .bind(to.at)
        .execute(&mut *write)
        .await?;
        if set.rows_affected() == 1 && to.state != "live" {
            plan_anew(&mut write, id, to.at).await?;
            sqlx::query("update refresh_run set state = 'cancelling' where connection_id = $1 and state = 'running'")
                .bind(id)
                .execute(&mut *write)
                .await?;
        }
        write.commit().await?;
        Ok(set.rows_affected() == 1)
    }

    /// Erases the secret and all that was read with it, at once. The datasets stay.
    pub async fn connection_disconnect(&self, team_id: &str, id: &str, by: &str, now: i64) -> Result<bool> {
        let mut write = self.begin().await?;
        let cut = sqlx::query(
            "update connection
             set state = 'disconnected', state_reason = '', state_by = $3, state_at = $4, secret = null,
                 found_host = '', catalog_read_at = null, catalog_finding = ''
             where id = $1
               and team_id = $2
               and is_draft = 0
               and state <> 'disconnected'",
        )
        .bind(id)
        .bind(team_id)
        .bind(by)
        .bind(now)
        .execute(&mut *write)
        .await?;
        if cut.rows_affected() == 0 {
            return Ok(false);
        }
        plan_anew(&mut write, id, now).await?;
        for erase in [
            "delete from catalog_schema where connection_id = $1",
            "delete from catalog_object where connection_id = $1",
            "delete from query where connection_id = $1 and dataset_id is not null",
            "delete from result_page where query_id in (select id from query where connection_id = $1)",
            "update query set state = 'cancelling' where connection_id = $1 and state in ('waiting', 'running')",
            // Drafts that edit it hold a copy of the secret.
            "delete from connection where replaces_id = $1 and is_draft = 1",
        ] {
            sqlx::query(erase).bind(id).execute(&mut *write).await?;
        }
        write.commit().await?;
        Ok(true)
    }

    /// Removes a connection with its datasets and all that hangs on them.
    pub async fn connection_remove(&self, team_id: &str, id: &str) -> Result<bool> {
        let mut write = self.begin().await?;
        let own = sqlx::query(
            "update connection set updated_at = updated_at where id = $1 and team_id = $2 and is_draft = 0",
        );
        if own.bind(id).bind(team_id).execute(&mut *write).await?.rows_affected() == 0 {
            return Ok(false);
        }
        for erase in [
            "delete from dataset where connection_id = $1",
            "delete from connection where replaces_id = $1 and is_draft = 1",
            "delete from connection where id = $1",
        ] {
            sqlx::query(erase).bind(id).execute(&mut *write).await?;
        }
        write.commit().await?;
        Ok(true)
    }

    /// The draft takes the place of the connection that it edits: where it leads, how it signs in, the secret as it was
    /// sealed for the connection and who typed it, and what its check found. False when either is gone.
    pub async fn draft_apply(
        &self,
        draft: &ConnectionRow,
        secret: Option<&[u8]>,
        typed_by: &str,
        now: i64,
    ) -> Result<bool> {
        let mut write = self.begin().await?;
        let applied = sqlx::query(
            "update connection
             set name = $3, host = $4, port = $5, database_name = $6, user_name = $7, tls_mode = $8, tls_name = $9,
                 ca_certificate = $10, method = $11, iam = $12, secret = $13, author_id = $18, updated_at = $14,
                 purpose = $15,
                 -- One that rests goes on resting; one that was cut off is connected again.
                 state = case when state = 'paused' then 'paused' else 'live' end,
                 state_reason = case when state = 'paused' then state_reason else '' end,
                 state_by = case when state = 'paused' then state_by else '' end,
                 state_at = case when state = 'paused' then state_at else 0 end, catalog_finding = '',
                 found_host = (select found_host from connection d where d.id = $16),
                 found_port = (select found_port from connection d where d.id = $16),
                 found_admin = (select found_admin from connection d where d.id = $16),
                 catalog_read_at = (select catalog_read_at from connection d where d.id = $16),
                 catalog_is_cut = (select catalog_is_cut from connection d where d.id = $16),
                 catalog_generation = (select catalog_generation from connection d where d.id = $16),
                 credential_id = $19
             where id = $1
               and team_id = $2
               and is_draft = 0
               and exists (select 1 from connection d
                           where d.id = $16 and d.team_id = $2 and d.author_id = $17 and d.is_draft = 1
                             and d.form_fault = '' and d.purpose = $15 and d.credential_id = $19)
               and ($19 = '' or exists (select 1 from connection k
                                        where k.id = $19 and k.is_credential = 1 and k.is_draft = 0
                                          and k.purpose = $15))",
        )
        .bind(&draft.replaces_id)
        .bind(&draft.team_id)
        .bind(&draft.name)
        .bind(&draft.host)
        .bind(draft.port)
        .bind(&draft.database_name)
        .bind(&draft.user_name)
        .bind(&draft.tls_mode)
        .bind(&draft.tls_name)
        .bind(&draft.ca_certificate)
        .bind(&draft.method)
        .bind(&draft.iam)
        .bind(secret)
        .bind(now)
        .bind(&draft.purpose)
        .bind(&draft.id)
        .bind(&draft.author_id)
        .bind(typed_by)
        .bind(&draft.credential_id)
        .execute(&mut *write)
        .await?;
        if applied.rows_affected() == 0 {
            return Ok(false);
        }
        for erase in [
            "delete from catalog_schema where connection_id = $1",
            "delete from catalog_object where connection_id = $1",
            // Rows of where it led before.
            "delete from query where connection_id = $1 and dataset_id is not null",
            "delete from result_page where query_id in (select id from query where connection_id = $1)",
            "update query set state = 'cancelling' where connection_id = $1 and state in ('waiting', 'running')",
        ] {
            sqlx::query(erase).bind(&draft.replaces_id).execute(&mut *write).await?;
        }
        for take_over in [
            "update catalog_schema set connection_id = $1 where connection_id = $2",
            "update catalog_object set connection_id = $1 where connection_id = $2",
            "update check_run set connection_id = $1 where connection_id = $2",
            "update mint set connection_id = $1 where connection_id = $2",
        ] {
            sqlx::query(take_over).bind(&draft.replaces_id).bind(&draft.id).execute(&mut *write).await?;
        }
        sqlx::query("delete from connection where id = $1").bind(&draft.id).execute(&mut *write).await?;
        write.commit().await?;
        Ok(true)
    }
}

/// What is under way through a connection that is paused or cut off now begins anew once it goes on, whoever ends it.
async fn plan_anew(write: &mut AnyConnection, id: &str, now: i64) -> Result<()> {
    sqlx::query(
        "update refresh set next_at = $2
         where is_on = 1
           and (next_at is null or next_at > $2)
           and run_id in (select id from refresh_run where connection_id = $1 and state = 'running')",
    )
    .bind(id)
    .bind(now)
    .execute(write)
    .await?;
    Ok(())
}
