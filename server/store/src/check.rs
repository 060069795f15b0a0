//! Checks and their stages.

use sqlx::FromRow;

use crate::{Result, Store};

#[derive(Clone, Debug, FromRow)]
pub struct CheckRow {
    pub id: String,
    pub connection_id: String,
    pub outcome: String,
    pub purpose: String,
    /// What was tested, as JSON.
    pub target: String,
    pub started_at: i64,
    pub duration_us: Option<i64>,
    pub alive_until: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct StageRow {
    pub stage: String,
    pub state: String,
    /// A JSON list.
    pub findings: String,
    pub duration_us: Option<i64>,
}

impl Store {
    /// Writes a check that is about to run, with all its stages.
    pub async fn check_insert(&self, team_id: &str, check: &CheckRow, stages: &[StageRow]) -> Result<()> {
        let mut write = self.begin().await?;
        sqlx::query(
            "insert into check_run (id, team_id, connection_id, outcome, started_at, alive_until, purpose, target)
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(&check.id)
        .bind(team_id)
        .bind(&check.connection_id)
        .bind(&check.outcome)
        .bind(check.started_at)
        .bind(check.alive_until)
        .bind(&check.purpose)
        .bind(&check.target)
        .execute(&mut *write)
        .await?;
        for (place, stage) in stages.iter().enumerate() {
            sqlx::query(
                "insert into check_stage (check_id, place, stage, state, findings, duration_us)
                 values ($1, $2, $3, $4, $5, $6)",
            )
            .bind(&check.id)
            .bind(place as i64)
            .bind(&stage.stage)
            .bind(&stage.state)
            .bind(&stage.findings)
            .bind(stage.duration_us)
            .execute(&mut *write)
            .await?;
        }
        write.commit().await?;
        Ok(())
    }

    /// More is known of what is tested.
    pub async fn check_target_update(&self, check_id: &str, target: &str) -> Result<()> {
        sqlx::query("update check_run set target = $2 where id = $1")
            .bind(check_id)
            .bind(target)
            .execute(self.pool())
            .await?;
        Ok(())
    }

    /// Writes what a stage came to.
    pub async fn check_stage_update(&self, check_id: &str, stage: &StageRow) -> Result<()> {
        sqlx::query(
            "update check_stage set state = $3, findings = $4, duration_us = $5 where check_id = $1 and stage = $2",
        )
        .bind(check_id)
        .bind(&stage.stage)
        .bind(&stage.state)
        .bind(&stage.findings)
        .bind(stage.duration_us)
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// The task is alive.
    pub async fn check_renew(&self, check_id: &str, alive_until: i64) -> Result<()> {
        sqlx::query("update check_run set alive_until = $2 where id = $1")
            .bind(check_id)
            .bind(alive_until)
            .execute(self.pool())
            .await?;
        Ok(())
    }

    pub async fn check_finish(&self, check_id: &str, outcome: &str, duration_us: i64) -> Result<()> {
        sqlx::query("update check_run set outcome = $2, duration_us = $3 where id = $1")
            .bind(check_id)
            .bind(outcome)
            .bind(duration_us)
            .execute(self.pool())
            .await?;
        Ok(())
    }

    /// What the newest check of a connection, as it stands, found out about the user's rights: JSON of findings.
    pub async fn check_rights(&self, team_id: &str, connection_id: &str) -> Result<Option<String>> {
        let findings = sqlx::query_scalar(
            "select s.findings
             from check_stage s
             join check_run r on r.id = s.check_id
             join connection c on c.id = r.connection_id and c.purpose = r.purpose
             where r.connection_id = $1 and r.team_id = $2 and s.stage = 'rights' and s.state <> 'not_run'
               and r.duration_us is not null
             order by r.id desc
             limit 1",
        )
        .bind(connection_id)
        .bind(team_id)
        .fetch_optional(self.pool())
        .await?;
        Ok(findings)
    }

    pub async fn check_fetch(&self, team_id: &str, connection_id: &str, check_id: &str) -> Result<Option<CheckRow>> {
        let row = sqlx::query_as(
            "select id, connection_id, outcome, purpose, target, started_at, duration_us, alive_until
             from check_run
             where id = $1
               and connection_id = $2
               and team_id = $3",
        )
        .bind(check_id)
        .bind(connection_id)
        .bind(team_id)
        .fetch_optional(self.pool())
        .await?;
        Ok(row)
    }

    /// The newest check of what the connection is now.
    pub async fn check_newest(&self, team_id: &str, connection_id: &str) -> Result<Option<CheckRow>> {
        let row = sqlx::query_as(
            "select k.id, k.connection_id, k.outcome, k.purpose, k.target, k.started_at, k.duration_us, k.alive_until
             from check_run k
             join connection c on c.id = k.connection_id and c.purpose = k.purpose
             where k.connection_id = $1
               and k.team_id = $2
             order by k.id desc
             limit 1",
        )
        .bind(connection_id)
        .bind(team_id)
        .fetch_optional(self.pool())
        .await?;
        Ok(row)
    }

    pub async fn check_stages(&self, check_id: &str) -> Result<Vec<StageRow>> {
        let rows = sqlx::query_as(
            "select stage, state, findings, duration_us from check_stage where check_id = $1 order by place",
        )
        .bind(check_id)
        .fetch_all(self.pool())
        .await?;
        Ok(rows)
    }

    /// How many checks of the team are running.
    pub async fn check_running_count(&self, team_id: &str, now: i64) -> Result<i64> {
        let count = sqlx::query_scalar(
            "select count(*) from check_run where team_id = $1 and outcome = 'running' and alive_until > $2",
        )
        .bind(team_id)
        .bind(now)
        .fetch_one(self.pool())
        .await?;
        Ok(count)
    }
}
