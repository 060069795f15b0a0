//! The team credential, and what leans on it.

use sqlx::FromRow;

use crate::{ConnectionRow, Result, Store};

/// A dataset of a connection that leans on the credential.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct LeaningRow {
    pub dataset_id: String,
    pub connection_name: String,
    pub schema_name: String,
    pub name: String,
}

/// Who typed the credential.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct CredentialAuthorRow {
    pub email: String,
    pub removed_at: Option<i64>,
}

impl Store {
    pub async fn credential_id(&self, team_id: &str) -> Result<Option<String>> {
        let id =
            sqlx::query_scalar("select id from connection where team_id = $1 and is_credential = 1 and is_draft = 0")
                .bind(team_id)
                .fetch_optional(self.pool())
                .await?;
        Ok(id)
    }

    pub async fn credential_author(&self, team_id: &str, member_id: &str) -> Result<Option<CredentialAuthorRow>> {
        let author = sqlx::query_as("select email, removed_at from member where id = $1 and team_id = $2")
            .bind(member_id)
            .bind(team_id)
            .fetch_optional(self.pool())
            .await?;
        Ok(author)
    }

    /// How many saved connections lean on it.
    pub async fn leaning_count(&self, team_id: &str, credential_id: &str) -> Result<i64> {
        let count = sqlx::query_scalar(
            "select count(*) from connection where credential_id = $1 and team_id = $2 and is_draft = 0",
        )
        .bind(credential_id)
        .bind(team_id)
        .fetch_one(self.pool())
        .await?;
        Ok(count)
    }

    /// Their datasets. A disconnected connection reads nothing, so that nothing of it can break.
    pub async fn leaning_datasets(&self, team_id: &str, credential_id: &str) -> Result<Vec<LeaningRow>> {
        let rows = sqlx::query_as(
            "select d.id as dataset_id, c.name as connection_name, d.schema_name, d.name
             from dataset d
             join connection c on c.id = d.connection_id
             where c.credential_id = $1
               and c.team_id = $2
               and c.is_draft = 0
               and c.state <> 'disconnected'
             order by lower(c.name), c.id, d.schema_name, d.name",
        )
        .bind(credential_id)
        .bind(team_id)
        .fetch_all(self.pool())
        .await?;
        Ok(rows)
    }

    /// The draft takes the credential's place, and everything that leans on it follows, in one step. False, and nothing
    /// is changed, unless a dry run of this very draft against this very credential came out well for every dataset
    /// there is now; one that nothing leans on needs none.
    pub async fn credential_replace(&self, draft: &ConnectionRow, secret: Option<&[u8]>, now: i64) -> Result<bool> {
        let mut write = self.begin().await?;
        let replaced = sqlx::query(
            "update connection
             set host = $3, port = $4, database_name = $5, user_name = $6, tls_mode = $7, tls_name = $8,
                 ca_certificate = $9, method = $10, iam = $11, secret = $12, author_id = $13, updated_at = $14,
                 purpose = $15, name = $17,
                 found_host = (select found_host from connection d where d.id = $16),
                 found_port = (select found_port from connection d where d.id = $16),
                 found_admin = (select found_admin from connection d where d.id = $16)
             where id = $1
               and team_id = $2
               and is_credential = 1
               and is_draft = 0
               and exists (select 1 from connection d
                           where d.id = $16 and d.team_id = $2 and d.author_id = $13 and d.is_draft = 1
                             and d.is_credential = 1 and d.form_fault = '' and d.purpose = $15
                             and d.updated_at = $18)
               and (not exists (select 1 from connection c
                                where c.credential_id = $1 and c.is_draft = 0 and c.state <> 'disconnected')
                    or exists (select 1 from rotation r
                               where r.id = (select max(n.id) from rotation n where n.draft_id = $16)
                                 and r.outcome = 'good'
                                 and r.credential_id = $1
                                 and r.credential_updated_at = connection.updated_at
                                 and r.draft_updated_at = $18
                                 and not exists (select 1
                                                 from dataset t
                                                 join connection c on c.id = t.connection_id
                                                 where c.credential_id = $1
                                                   and c.is_draft = 0
                                                   and c.state <> 'disconnected'
                                                   and not exists (select 1 from rotation_line l
                                                                   where l.rotation_id = r.id
                                                                     and l.dataset_id = t.id))))",
        )
        .bind(&draft.replaces_id)
        .bind(&draft.team_id)
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
        .bind(&draft.author_id)
        .bind(now)
        .bind(&draft.purpose)
        .bind(&draft.id)
        .bind(&draft.name)
        .bind(draft.updated_at)
        .execute(&mut *write)
        .await?;
        if replaced.rows_affected() == 0 {
            return Ok(false);
        }
        for erase in [
            // Lists and rows of where it led before.
            "delete from catalog_schema where connection_id in
               (select id from connection where credential_id = $1 and purpose <> $2)",
            "delete from catalog_object where connection_id in
               (select id from connection where credential_id = $1 and purpose <> $2)",
            "delete from query where dataset_id is not null
               and connection_id in (select id from connection where credential_id = $1 and purpose <> $2)",
            "delete from result_page where query_id in
               (select q.id from query q join connection c on c.id = q.connection_id
                where c.credential_id = $1 and c.purpose <> $2)",
            "update query set state = 'cancelling'
             where state in ('waiting', 'running')
               and connection_id in (select id from connection where credential_id = $1 and purpose <> $2)",
        ] {
            sqlx::query(erase).bind(&draft.replaces_id).bind(&draft.purpose).execute(&mut *write).await?;
        }
        sqlx::query(FOLLOW).bind(&draft.replaces_id).execute(&mut *write).await?;
        for take_over in [
            "update check_run set connection_id = $1 where connection_id = $2",
            "update mint set connection_id = $1 where connection_id = $2",
        ] {
            sqlx::query(take_over).bind(&draft.replaces_id).bind(&draft.id).execute(&mut *write).await?;
        }
        sqlx::query("delete from connection where id = $1").bind(&draft.id).execute(&mut *write).await?;
        write.commit().await?;
        Ok(true)
    }

    /// Erases the credential. What leaned on it keeps its datasets and the place it led to, and has to be reconnected;
    /// forms that began with it are gone.
    pub async fn credential_remove(&self, team_id: &str, id: &str, by: &str, now: i64) -> Result<bool> {
        let mut write = self.begin().await?;
        let own = sqlx::query(
            "update connection set secret = null
             where id = $1 and team_id = $2 and is_credential = 1 and is_draft = 0",
        );
        if own.bind(id).bind(team_id).execute(&mut *write).await?.rows_affected() == 0 {
            return Ok(false);
        }
        for erase in [
            "delete from catalog_schema where connection_id in (select id from connection where credential_id = $1)",
            "delete from catalog_object where connection_id in (select id from connection where credential_id = $1)",
            "delete from query where dataset_id is not null
               and connection_id in (select id from connection where credential_id = $1)",
            "delete from result_page where query_id in
               (select q.id from query q join connection c on c.id = q.connection_id where c.credential_id = $1)",
            "update query set state = 'cancelling'
             where state in ('waiting', 'running')
               and connection_id in (select id from connection where credential_id = $1)",
            "delete from connection where credential_id = $1 and is_draft = 1",
            // Drafts that would replace it hold another secret of the team's.
            "delete from connection where replaces_id = $1 and is_draft = 1",
        ] {
            sqlx::query(erase).bind(id).execute(&mut *write).await?;
        }
        sqlx::query(
            "update connection
             set credential_id = '', state = 'disconnected', state_reason = 'credential_removed', state_by = $2, state_at = $3,
                 found_host = '', catalog_read_at = null, catalog_finding = ''
             where credential_id = $1",
        )
        .bind(id)
        .bind(by)
        .bind(now)
        .execute(&mut *write)
        .await?;
        sqlx::query("delete from connection where id = $1").bind(id).execute(&mut *write).await?;
        write.commit().await?;
        Ok(true)
    }
}

/// Whatever leans on the credential leads where it leads.
const FOLLOW: &str = "
    update connection
    set host = k.host, port = k.port, database_name = k.database_name, user_name = k.user_name,
        tls_mode = k.tls_mode, tls_name = k.tls_name, ca_certificate = k.ca_certificate, method = k.method, iam = k.iam,
        found_host = k.found_host, found_port = k.found_port, found_admin = k.found_admin, purpose = k.purpose,
        catalog_read_at = case when connection.purpose = k.purpose then connection.catalog_read_at end
    from (select * from connection where id = $1) k
    where connection.credential_id = $1";
