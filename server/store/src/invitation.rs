//! Invitations.

use sqlx::FromRow;

use crate::{NewTeam, Result, Store, StoreError};

#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct InvitationRow {
    pub id: String,
    pub team_id: String,
    pub role: String,
    pub code_hash: String,
    /// Sealed, for the admin who copies the link.
    pub code: Vec<u8>,
    /// `None` for the operator's.
    pub created_by: Option<String>,
    pub created_at: i64,
    pub expires_at: i64,
}

impl Store {
    pub async fn invitation_insert(&self, row: &InvitationRow) -> Result<()> {
        let mut write = self.begin().await?;
        insert(&mut write, row).await?;
        write.commit().await?;
        Ok(())
    }

    /// A team that nobody is in yet, and the invitation of its first admin.
    pub async fn team_insert_invited(&self, team_name: &str, row: &InvitationRow) -> Result<()> {
        let mut write = self.begin().await?;
        sqlx::query("insert into team (id, name, created_at) values ($1, $2, $3)")
            .bind(&row.team_id)
            .bind(team_name)
            .bind(row.created_at)
            .execute(&mut *write)
            .await?;
        insert(&mut write, row).await?;
        write.commit().await?;
        Ok(())
    }

    /// Those of the team that can still be used, the newest first.
    pub async fn invitation_list(&self, team_id: &str, now: i64) -> Result<Vec<InvitationRow>> {
        let rows = sqlx::query_as(
            "select id, team_id, role, code_hash, code, created_by, created_at, expires_at
             from invitation
             where team_id = $1
               and ended_at is null
               and expires_at > $2
             order by created_at desc, id desc",
        )
        .bind(team_id)
        .bind(now)
        .fetch_all(self.pool())
        .await?;
        Ok(rows)
    }

    pub async fn invitation_by_code(&self, code_hash: &str, now: i64) -> Result<Option<InvitationRow>> {
        let row = sqlx::query_as(
            "select id, team_id, role, code_hash, code, created_by, created_at, expires_at
             from invitation
             where code_hash = $1
               and ended_at is null
               and expires_at > $2",
        )
        .bind(code_hash)
        .bind(now)
        .fetch_optional(self.pool())
        .await?;
        Ok(row)
    }

    pub async fn invitation_revoke(&self, team_id: &str, id: &str, now: i64) -> Result<bool> {
        let revoked =
            sqlx::query("update invitation set ended_at = $3 where id = $1 and team_id = $2 and ended_at is null")
                .bind(id)
                .bind(team_id)
                .bind(now)
                .execute(self.pool())
                .await?;
        Ok(revoked.rows_affected() == 1)
    }

    /// Uses an invitation up and makes its member, both or neither. False when it was used meanwhile; an address that
    /// has an account already is [`StoreError::Exists`].
    pub async fn invitation_use(&self, id: &str, new: &NewTeam<'_>, role: &str, now: i64) -> Result<bool> {
        let mut write = self.begin().await?;
        let used = sqlx::query("update invitation set ended_at = $2 where id = $1 and ended_at is null")
            .bind(id)
            .bind(now)
            .execute(&mut *write)
            .await?;
        if used.rows_affected() == 0 {
            return Ok(false);
        }
        let made = sqlx::query(
            "insert into member (id, team_id, email, password_hash, role, created_at) values ($1, $2, $3, $4, $5, $6)",
        )
        .bind(new.member_id)
        .bind(new.team_id)
        .bind(new.email)
        .bind(new.password_hash)
        .bind(role)
        .bind(now)
        .execute(&mut *write)
        .await;
        made.map_err(StoreError::from)?;
        write.commit().await?;
        Ok(true)
    }
}

async fn insert(write: &mut sqlx::AnyConnection, row: &InvitationRow) -> Result<()> {
    sqlx::query(
        "insert into invitation (id, team_id, role, code_hash, code, created_by, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(&row.id)
    .bind(&row.team_id)
    .bind(&row.role)
    .bind(&row.code_hash)
    .bind(&row.code)
    .bind(&row.created_by)
    .bind(row.created_at)
    .bind(row.expires_at)
    .execute(&mut *write)
    .await?;
    Ok(())
}
