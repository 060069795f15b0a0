//! Queries and their sealed results.

use sqlx::FromRow;

use crate::{Result, Store};

#[derive(Clone, Debug, FromRow)]
pub struct QueryRow {
    pub id: String,
    pub team_id: String,
    pub member_id: String,
    pub dataset_id: String,
    pub state: String,
    pub statement: String,
    pub started_at: i64,
    pub duration_us: Option<i64>,
    pub alive_until: i64,
    pub result: Option<Vec<u8>>,
    /// JSON; empty when there is none.
    pub finding: String,
}

impl Store {
    pub async fn query_insert(&self, row: &QueryRow) -> Result<()> {
        sqlx::query(
            "insert into query (id, team_id, member_id, dataset_id, state, statement, started_at, alive_until, finding)
             values ($1, $2, $3, $4, $5, $6, $7, $8, '')",
        )
        .bind(&row.id)
        .bind(&row.team_id)
        .bind(&row.member_id)
        .bind(&row.dataset_id)
        .bind(&row.state)
        .bind(&row.statement)
        .bind(row.started_at)
        .bind(row.alive_until)
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// The task is alive. True when somebody asked for the end of the query.
    pub async fn query_renew(&self, id: &str, alive_until: i64) -> Result<bool> {
        let state: Option<(String,)> =
            sqlx::query_as("update query set alive_until = $2 where id = $1 returning state")
                .bind(id)
                .bind(alive_until)
                .fetch_optional(self.pool())
                .await?;
        Ok(state.is_some_and(|(state,)| state == "cancelling"))
    }

    /// Asks for the end of what this member runs on the dataset.
    pub async fn query_cancel(&self, team_id: &str, member_id: &str, dataset_id: &str) -> Result<()> {
        sqlx::query(
            "update query set state = 'cancelling'
             where dataset_id = $1 and team_id = $2 and member_id = $3 and state = 'running'",
        )
        .bind(dataset_id)
        .bind(team_id)
        .bind(member_id)
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// Writes how a query ended; only one that still runs can end.
    pub async fn query_finish(
        &self,
        id: &str,
        state: &str,
        result: Option<&[u8]>,
        finding: &str,
        duration_us: i64,
    ) -> Result<()> {
        sqlx::query(
            "update query
             set state = $2, result = $3, finding = $4, duration_us = $5
             where id = $1
               and state in ('running', 'cancelling')",
        )
        .bind(id)
        .bind(state)
        .bind(result)
        .bind(finding)
        .bind(duration_us)
        .execute(self.pool())
        .await?;
        Ok(())
    }

    pub async fn query_newest(&self, team_id: &str, member_id: &str, dataset_id: &str) -> Result<Option<QueryRow>> {
        let row = sqlx::query_as(
            "select id, team_id, member_id, dataset_id, state, statement, started_at, duration_us, alive_until,
                    result, finding
             from query
             where dataset_id = $1
               and team_id = $2
               and member_id = $3
             order by id desc
             limit 1",
        )
        .bind(dataset_id)
        .bind(team_id)
        .bind(member_id)
        .fetch_optional(self.pool())
        .await?;
        Ok(row)
    }

    /// Removes queries, and with them the rows they hold, that started before.
    pub async fn query_purge(&self, before: i64) -> Result<u64> {
        let purged = sqlx::query("delete from query where started_at < $1").bind(before).execute(self.pool()).await?;
        Ok(purged.rows_affected())
    }
}
