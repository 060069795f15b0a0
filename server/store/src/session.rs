//! Sessions, found by the digest of their token.

use crate::member::MemberRow;
use crate::{Result, Store};

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
    ) -> Result<Option<MemberRow>> {
        let member = sqlx::query_as(
            "select member.id, team_id, team.name as team_name, email, password_hash, role
             from session
             join member on member.id = session.member_id
             join team on team.id = member.team_id
             where token_hash = $1
               and session.created_at > $2
               and session.seen_at > $3",
        )
        .bind(token_hash)
        .bind(created_after)
        .bind(seen_after)
        .fetch_optional(self.pool())
        .await?;
        Ok(member)
    }

    /// Notes that the session is in use; at most one write a minute each, `before` being a minute ago.
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
