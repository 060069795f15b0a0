//! Connections and drafts.

mod life;

pub use life::NewState;

use sqlx::FromRow;

use crate::{Result, Store};

#[derive(Clone, Debug, Default, PartialEq, Eq, FromRow)]
pub struct ConnectionRow {
    pub id: String,
    pub team_id: String,
    pub author_id: String,
    pub name: String,
    pub is_draft: i64,
    pub host: String,
    pub port: i64,
    pub database_name: String,
    pub user_name: String,
    pub tls_mode: String,
    pub tls_name: String,
    pub ca_certificate: String,
    pub method: String,
    /// By IAM: the fields of the form, as JSON.
    pub iam: String,
    /// By IAM: the host that AWS told last, where none was typed.
    pub found_host: String,
    pub found_port: i64,
    /// The cluster's admin, as AWS told it with the host; empty where it did not.
    pub found_admin: String,
    pub secret: Option<Vec<u8>>,
    /// The credential that the team's connections may share, and no connection.
    pub is_credential: i64,
    /// The team credential that it signs in with; empty where it has its own way in.
    pub credential_id: String,
    /// That credential's secret, sealed for the credential. Read only, and only where both lead to the same place.
    pub lent_secret: Option<Vec<u8>>,
    /// The credential is there, and leads where this does.
    pub is_lent: i64,
    /// `live`, `paused` or `disconnected`.
    pub state: String,
    pub state_reason: String,
    pub state_by: String,
    pub state_at: i64,
    /// A draft's: the connection that it edits; empty for a new one.
    pub replaces_id: String,
    /// What was wrong with the form, as JSON; empty when nothing was.
    pub form_fault: String,
    /// A digest of everything a check tests.
    pub purpose: String,
    pub created_at: i64,
    /// When somebody last said how to sign in; a new name does not count.
    pub updated_at: i64,
    pub catalog_read_at: Option<i64>,
    pub catalog_is_cut: i64,
    pub catalog_reading_until: i64,
    pub catalog_finding: String,
}

/// Where AWS says a cluster is, and who its admin is.
#[derive(Clone, Copy, Debug)]
pub struct Found<'a> {
    pub host: &'a str,
    pub port: i64,
    pub admin: &'a str,
}

/// A line of the Data page.
#[derive(Clone, Debug, FromRow)]
pub struct ConnectionSummaryRow {
    pub id: String,
    pub name: String,
    pub is_draft: i64,
    pub host: String,
    pub port: i64,
    pub database_name: String,
    pub user_name: String,
    pub tls_mode: String,
    pub method: String,
    pub iam: String,
    pub credential_id: String,
    pub state: String,
    pub state_reason: String,
    pub state_by: String,
    pub state_at: i64,
    pub check_id: Option<String>,
    pub check_outcome: Option<String>,
    pub check_started_at: Option<i64>,
    pub check_alive_until: Option<i64>,
    pub dataset_count: i64,
}

impl Store {
    /// Writes a draft, new or again. Only the author's own draft is overwritten; false when it was not theirs.
    pub async fn draft_put(&self, row: &ConnectionRow) -> Result<bool> {
        let mut write = self.begin().await?;
        let is_written = put(&mut write, row).await?;
        write.commit().await?;
        Ok(is_written)
    }

    /// Writes a draft that was there before; false when it was taken away meanwhile, with the secret in it.
    pub async fn draft_put_again(&self, row: &ConnectionRow) -> Result<bool> {
        let mut write = self.begin().await?;
        let held = sqlx::query(
            "update connection set updated_at = updated_at
             where id = $1 and team_id = $2 and author_id = $3 and is_draft = 1",
        );
        let held = held.bind(&row.id).bind(&row.team_id).bind(&row.author_id).execute(&mut *write).await?;
        let is_written = held.rows_affected() == 1 && put(&mut write, row).await?;
        write.commit().await?;
        Ok(is_written)
    }

    /// Writes a draft that edits this row; false when the row is not as it was read. Whoever erases a secret erases the
    /// drafts that hold it too, and one that comes late would bring it back.
    pub async fn draft_put_edit(&self, row: &ConnectionRow, edited: &ConnectionRow) -> Result<bool> {
        let mut write = self.begin().await?;
        let held = sqlx::query(
            "update connection set updated_at = updated_at
             where id = $1
               and team_id = $2
               and is_draft = 0
               and state = $3
               and purpose = $4
               and coalesce(secret, $6) = coalesce($5, $6)",
        )
        .bind(&edited.id)
        .bind(&edited.team_id)
        .bind(&edited.state)
        .bind(&edited.purpose)
        .bind(&edited.secret)
        // No sealed secret is this short.
        .bind(Vec::<u8>::from([0]))
        .execute(&mut *write)
        .await?;
        let is_written = held.rows_affected() == 1 && put(&mut write, row).await?;
        write.commit().await?;
        Ok(is_written)
    }

    /// A connection of the team or its credential, or the member's own draft of either. Where it leads and the secret
    /// that is lent to it are read at one moment, so that they are both of before or both of after a rotation.
    pub async fn connection_fetch(&self, team_id: &str, member_id: &str, id: &str) -> Result<Option<ConnectionRow>> {
        let row = sqlx::query_as(
            "select c.id, c.team_id, c.author_id, c.name, c.is_draft, c.host, c.port, c.database_name, c.user_name,
                    c.tls_mode, c.tls_name, c.ca_certificate, c.method, c.iam, c.found_host, c.found_port,
                    c.found_admin, c.secret, c.is_credential, c.credential_id, k.secret as lent_secret,
                    case when k.id is null then 0 else 1 end as is_lent, c.state, c.state_reason,
                    c.state_by, c.state_at, c.replaces_id, c.form_fault, c.purpose, c.created_at, c.updated_at,
                    c.catalog_read_at, c.catalog_is_cut, c.catalog_reading_until, c.catalog_finding
             from connection c
             left join connection k
               on k.id = c.credential_id
              and k.team_id = c.team_id
              and k.is_credential = 1
              and k.is_draft = 0
              and k.purpose = c.purpose
             where c.id = $1
               and c.team_id = $2
               and (c.is_draft = 0 or c.author_id = $3)",
        )
        .bind(id)
        .bind(team_id)
        .bind(member_id)
        .fetch_optional(self.pool())
        .await?;
        Ok(row)
    }

    /// The team's connections, by name, each with its newest check.
    pub async fn connection_list(&self, team_id: &str) -> Result<Vec<ConnectionSummaryRow>> {
        let rows = sqlx::query_as(
            "select c.id, c.name, c.is_draft, c.host, c.port, c.database_name, c.user_name, c.tls_mode,
                    c.method, c.iam, c.credential_id, c.state, c.state_reason, c.state_by, c.state_at,
                    k.id as check_id, k.outcome as check_outcome, k.started_at as check_started_at, k.alive_until as check_alive_until,
                    (select count(*) from dataset d where d.connection_id = c.id) as dataset_count
             from connection c
             left join check_run k
               on k.id = (select max(n.id) from check_run n where n.connection_id = c.id and n.purpose = c.purpose)
             where c.team_id = $1
               and c.is_draft = 0
               and c.is_credential = 0
             order by lower(c.name), c.id",
        )
        .bind(team_id)
        .fetch_all(self.pool())
        .await?;
        Ok(rows)
    }

    /// Makes the member's draft a connection of the team. False when there is no such draft or it has no target.
    pub async fn draft_save(&self, team_id: &str, member_id: &str, id: &str, now: i64) -> Result<bool> {
        let saved = sqlx::query(
            "update connection
             set is_draft = 0, updated_at = $4
             where id = $1
               and team_id = $2
               and author_id = $3
               and is_draft = 1
               and replaces_id = ''
               and form_fault = ''
               and (case when credential_id = '' then secret is not null or method = 'iam'
                         else exists (select 1 from connection k
                                      where k.id = connection.credential_id and k.purpose = connection.purpose) end)",
        )
        .bind(id)
        .bind(team_id)
        .bind(member_id)
        .bind(now)
        .execute(self.pool())
        .await?;
        Ok(saved.rows_affected() == 1)
    }

    /// Keeps what AWS told of the cluster, for the target that was asked for.
    pub async fn connection_found(&self, id: &str, purpose: &str, found: Found<'_>) -> Result<()> {
        sqlx::query(
            "update connection set found_host = $3, found_port = $4, found_admin = $5
             where id = $1 and purpose = $2 and state <> 'disconnected'",
        )
        .bind(id)
        .bind(purpose)
        .bind(found.host)
        .bind(found.port)
        .bind(found.admin)
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// Removes drafts that nobody touched since `before`, with all that hangs on them.
    pub async fn draft_purge(&self, before: i64) -> Result<u64> {
        let purged = sqlx::query("delete from connection where is_draft = 1 and updated_at < $1")
            .bind(before)
            .execute(self.pool())
            .await?;
        Ok(purged.rows_affected())
    }
}

async fn put(write: &mut sqlx::AnyConnection, row: &ConnectionRow) -> Result<bool> {
    let written = sqlx::query(
        "insert into connection (id, team_id, author_id, name, is_draft, host, port, database_name, user_name,
           tls_mode, tls_name, ca_certificate, secret, form_fault, created_at, updated_at, purpose, method, iam, replaces_id,
           is_credential, credential_id, catalog_is_cut, catalog_reading_until, catalog_finding)
         values ($1, $2, $3, $4, 1, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
           0, 0, '')
         on conflict (id) do update set
           name = excluded.name, host = excluded.host, port = excluded.port,
           database_name = excluded.database_name, user_name = excluded.user_name,
           tls_mode = excluded.tls_mode, tls_name = excluded.tls_name,
           ca_certificate = excluded.ca_certificate, secret = excluded.secret,
           form_fault = excluded.form_fault, updated_at = excluded.updated_at,
           method = excluded.method, iam = excluded.iam, credential_id = excluded.credential_id,
           found_host = case when connection.purpose = excluded.purpose then connection.found_host else '' end,
           purpose = excluded.purpose,
           catalog_read_at = case when connection.purpose = excluded.purpose
                                  then connection.catalog_read_at end
         where connection.is_draft = 1
           and connection.team_id = excluded.team_id
           and connection.author_id = excluded.author_id",
    )
    .bind(&row.id)
    .bind(&row.team_id)
    .bind(&row.author_id)
    .bind(&row.name)
    .bind(&row.host)
    .bind(row.port)
    .bind(&row.database_name)
    .bind(&row.user_name)
    .bind(&row.tls_mode)
    .bind(&row.tls_name)
    .bind(&row.ca_certificate)
    .bind(&row.secret)
    .bind(&row.form_fault)
    .bind(row.created_at)
    .bind(row.updated_at)
    .bind(&row.purpose)
    .bind(&row.method)
    .bind(&row.iam)
    .bind(&row.replaces_id)
    .bind(row.is_credential)
    .bind(&row.credential_id)
    .execute(write)
    .await?;
    Ok(written.rows_affected() == 1)
}
