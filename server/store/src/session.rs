//! Sessions, found by the digest of their token.

use sqlx::FromRow;

use crate::member::MemberRow;
use crate::{Result, Store};

#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct SessionRow {
    pub token_hash: String,
    pub created_at: i64,
    pub seen_at: i64,
}

/// The member behind a session, and when it was last in use.
#[derive(Clone, Debug, FromRow)]
pub struct SessionMemberRow {
    #[sqlx(flatten)]
    pub member: MemberRow,
    pub seen_at: i64,
}

impl Store {
    pub async fn session_insert(&self, token_hash: &str, member_id: &str, now: i64) -> Result<()> {
        sqlx::query("insert into session (token_hash, member_id, created_at, seen_at) values ($1, $2, $3, $3)")
            .bind(token_hash)
            .bind(member_id)
            .bind(now)
            .execute(self.pool())
            .await?;
        Ok(())
    }

    /// The member behind a session that is neither too old nor idle for too long.
    pub async fn session_member(
        &self,
        token_hash: &str,
        created_after: i64,
        seen_after: i64,
        not_after: i64,
    ) -> Result<Option<SessionMemberRow>> {
        let member = sqlx::query_as(
            "select member.id, team_id, team.name as team_name, email, password_hash, role, session.seen_at
             from session
             join member on member.id = session.member_id
             join team on team.id = member.team_id
             where token_hash = $1
               and removed_at is null
               and session.created_at > $2
               and session.seen_at > $3
               and session.created_at <= $4
               and session.seen_at <= $4",
        )
        .bind(token_hash)
        .bind(created_after)
        .bind(seen_after)
        .bind(not_after)
        .fetch_optional(self.pool())
        .await?;
        Ok(member)
    }

    /// Notes that the session is in use, unless that was noted since `before`.
    pub async fn session_touch(&self, token_hash: &str, before: i64, now: i64) -> Result<()> {
        sqlx::query("update session set seen_at = $3 where token_hash = $1 and seen_at < $2")
            .bind(token_hash)
            .bind(before)
            .bind(now)
            .execute(self.pool())
            .await?;
        Ok(())
    }

    pub async fn session_delete(&self, token_hash: &str) -> Result<()> {
        sqlx::query("delete from session where token_hash = $1").bind(token_hash).execute(self.pool()).await?;
        Ok(())
    }

    /// A member's sessions, the latest in use first.
    pub async fn session_list(&self, member_id: &str) -> Result<Vec<SessionRow>> {
        let rows = sqlx::query_as(
            "select token_hash, created_at, seen_at from session where member_id = $1 order by seen_at desc, token_hash",
        )
        .bind(member_id)
        .fetch_all(self.pool())
        .await?;
        Ok(rows)
    }

    /// Ends a member's other sessions.
    pub async fn session_end_others(&self, member_id: &str, keep_token_hash: &str) -> Result<u64> {
        let ended = sqlx::query("delete from session where member_id = $1 and token_hash <> $2")
            .bind(member_id)
            .bind(keep_token_hash)
            .execute(self.pool())
            .await?;
        Ok(ended.rows_affected())
    }

    /// Removes what can no longer be used.
    pub async fn session_purge(&self, created_before: i64, seen_before: i64) -> Result<u64> {
        let purged = sqlx::query("delete from session where created_at <= $1 or seen_at <= $2")
            .bind(created_before)
            .bind(seen_before)
            .execute(self.pool())
            .await?;
        Ok(purged.rows_affected())
    }
}
