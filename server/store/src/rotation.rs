//! Dry runs of a credential's replacement.

use sqlx::FromRow;

use crate::{Result, Store};

#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct RotationRow {
    pub id: String,
    pub draft_id: String,
    /// The draft and the credential as they were when the run began.
    pub draft_updated_at: i64,
    pub credential_id: String,
    pub credential_updated_at: i64,
    pub outcome: String,
    /// Why nothing could be tried, as JSON; empty otherwise.
    pub finding: String,
    pub started_at: i64,
    pub alive_until: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct RotationLineRow {
    pub connection_name: String,
    pub schema_name: String,
    pub name: String,
    pub state: String,
    pub finding: String,
}

impl Store {
    pub async fn rotation_insert(&self, team_id: &str, row: &RotationRow, dataset_ids: &[&str]) -> Result<()> {
        let mut write = self.begin().await?;
        sqlx::query(
            "insert into rotation (id, team_id, draft_id, draft_updated_at, credential_id, credential_updated_at,
               outcome, finding, started_at, alive_until)
             values ($1, $2, $3, $4, $5, $6, $7, '', $8, $9)",
        )
        .bind(&row.id)
        .bind(team_id)
        .bind(&row.draft_id)
        .bind(row.draft_updated_at)
        .bind(&row.credential_id)
        .bind(row.credential_updated_at)
        .bind(&row.outcome)
        .bind(row.started_at)
        .bind(row.alive_until)
        .execute(&mut *write)
        .await?;
        for dataset_id in dataset_ids {
            sqlx::query(
                // One that was removed meanwhile is none to try.
                "insert into rotation_line (rotation_id, dataset_id, state, finding)
                 select $1, d.id, 'waiting', '' from dataset d where d.id = $2",
            )
            .bind(&row.id)
            .bind(dataset_id)
            .execute(&mut *write)
            .await?;
        }
        write.commit().await?;
        Ok(())
    }

    /// The newest run of a draft.
    pub async fn rotation_newest(&self, team_id: &str, draft_id: &str) -> Result<Option<RotationRow>> {
        let row = sqlx::query_as(
            "select id, draft_id, draft_updated_at, credential_id, credential_updated_at, outcome, finding, started_at,
                    alive_until
             from rotation
             where draft_id = $1
               and team_id = $2
             order by id desc
             limit 1",
        )
        .bind(draft_id)
        .bind(team_id)
        .fetch_optional(self.pool())
        .await?;
        Ok(row)
    }

    pub async fn rotation_lines(&self, rotation_id: &str) -> Result<Vec<RotationLineRow>> {
        let rows = sqlx::query_as(
            "select c.name as connection_name, d.schema_name, d.name, l.state, l.finding
             from rotation_line l
             join dataset d on d.id = l.dataset_id
             join connection c on c.id = d.connection_id
             where l.rotation_id = $1
             order by lower(c.name), c.id, d.schema_name, d.name",
        )
        .bind(rotation_id)
        .fetch_all(self.pool())
        .await?;
        Ok(rows)
    }

    /// The run goes on.
    pub async fn rotation_renew(&self, id: &str, until: i64) -> Result<()> {
        sqlx::query("update rotation set alive_until = $2 where id = $1")
            .bind(id)
            .bind(until)
            .execute(self.pool())
            .await?;
        Ok(())
    }

    pub async fn rotation_line_update(&self, id: &str, dataset_id: &str, state: &str, finding: &str) -> Result<()> {
        sqlx::query("update rotation_line set state = $3, finding = $4 where rotation_id = $1 and dataset_id = $2")
            .bind(id)
            .bind(dataset_id)
            .bind(state)
            .bind(finding)
            .execute(self.pool())
            .await?;
        Ok(())
    }

    pub async fn rotation_finish(&self, id: &str, outcome: &str, finding: &str) -> Result<()> {
        sqlx::query("update rotation set outcome = $2, finding = $3 where id = $1")
            .bind(id)
            .bind(outcome)
            .bind(finding)
            .execute(self.pool())
            .await?;
        Ok(())
    }
}
