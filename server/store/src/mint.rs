//! Credentials that were minted: when, for whom, and never the credentials.

use sqlx::FromRow;

use crate::{Result, Store};

#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct MintRow {
    pub id: String,
    pub team_id: String,
    pub connection_id: String,
    pub member_id: String,
    /// The database user, as AWS named it.
    pub user_name: String,
    pub minted_at: i64,
    pub expires_at: i64,
    pub took_us: i64,
}

impl Store {
    pub async fn mint_insert(&self, row: &MintRow) -> Result<()> {
        sqlx::query(
            "insert into mint (id, team_id, connection_id, member_id, user_name, minted_at, expires_at, took_us)
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(&row.id)
        .bind(&row.team_id)
        .bind(&row.connection_id)
        .bind(&row.member_id)
        .bind(&row.user_name)
        .bind(row.minted_at)
        .bind(row.expires_at)
        .bind(row.took_us)
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// How many there were for the connection since a moment.
    pub async fn mint_count(&self, team_id: &str, connection_id: &str, since: i64) -> Result<i64> {
        let count = sqlx::query_scalar(
            "select count(*) from mint where team_id = $1 and connection_id = $2 and minted_at >= $3",
        )
        .bind(team_id)
        .bind(connection_id)
        .bind(since)
        .fetch_one(self.pool())
        .await?;
        Ok(count)
    }

    pub async fn mint_newest(&self, team_id: &str, connection_id: &str) -> Result<Option<MintRow>> {
        let row = sqlx::query_as(
            "select id, team_id, connection_id, member_id, user_name, minted_at, expires_at, took_us
             from mint
             where team_id = $1
               and connection_id = $2
             order by minted_at desc, id desc
             limit 1",
        )
        .bind(team_id)
        .bind(connection_id)
        .fetch_optional(self.pool())
        .await?;
        Ok(row)
    }

    /// Forgets those before a moment, but for each connection's newest.
    pub async fn mint_purge(&self, before: i64) -> Result<u64> {
        let purged = sqlx::query(
            "delete from mint
             where minted_at < $1
               and exists (select 1 from mint n
                           where n.connection_id = mint.connection_id and n.minted_at > mint.minted_at)",
        )
        .bind(before)
        .execute(self.pool())
        .await?;
        Ok(purged.rows_affected())
    }
}
