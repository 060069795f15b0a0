//! Objects that hold snapshots: which is served, and which have had their time.

use sqlx::any::AnyArguments;
use sqlx::query::Query;
use sqlx::{Any, FromRow};

use super::ask::BY_ABSENCE;
use crate::{Result, Store};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SnapshotRow {
    pub id: String,
    pub team_id: String,
    pub dataset_id: String,
    pub connection_id: String,
    /// Where the connection led.
    pub purpose: String,
    pub object_key: String,
    /// JSON.
    pub columns: String,
    /// The same as the dataset page shows them.
    pub known_columns: String,
    pub row_count: i64,
    pub byte_count: i64,
    pub taken_at: i64,
}

/// What is served of a dataset.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct ServedRow {
    pub id: String,
    pub object_key: String,
    pub columns: String,
    pub row_count: i64,
    pub taken_at: i64,
    /// When it took the place of the one before.
    pub switched_at: i64,
}

/// An object that nobody is shown any more.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct UnservedRow {
    pub id: String,
    pub object_key: String,
}

pub(super) fn insert(row: &SnapshotRow, now: i64) -> Query<'_, Any, AnyArguments> {
    sqlx::query(
        "insert into snapshot (id, team_id, dataset_id, connection_id, purpose, object_key, columns, row_count,
                               byte_count, taken_at, switched_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(&row.id)
    .bind(&row.team_id)
    .bind(&row.dataset_id)
    .bind(&row.connection_id)
    .bind(&row.purpose)
    .bind(&row.object_key)
    .bind(&row.columns)
    .bind(row.row_count)
    .bind(row.byte_count)
    .bind(row.taken_at)
    .bind(now)
}

impl Store {
    /// What is served of a dataset: nothing where its connection leads elsewhere by now, or was cut off.
    pub async fn snapshot_served(&self, team_id: &str, dataset_id: &str) -> Result<Option<ServedRow>> {
        let row = sqlx::query_as(
            "select s.id, s.object_key, s.columns, s.row_count, s.taken_at, s.switched_at
             from refresh r
             join connection c on c.id = r.connection_id
             join snapshot s on s.id = r.snapshot_id
             where r.dataset_id = $1
               and r.team_id = $2
               and r.is_on = 1
               and s.purpose = c.purpose
               and c.state <> 'disconnected'",
        )
        .bind(dataset_id)
        .bind(team_id)
        .fetch_optional(self.pool())
        .await?;
        Ok(row)
    }

    /// A snapshot that somebody was shown, as long as it may still be.
    pub async fn snapshot_fetch(&self, team_id: &str, id: &str) -> Result<Option<ServedRow>> {
        let row = sqlx::query_as(
            "select s.id, s.object_key, s.columns, s.row_count, s.taken_at, s.switched_at
             from snapshot s
             join dataset d on d.id = s.dataset_id
             join connection c on c.id = d.connection_id
             where s.id = $1
               and s.team_id = $2
               and s.purpose = c.purpose
               and c.state <> 'disconnected'",
        )
        .bind(id)
        .bind(team_id)
        .fetch_optional(self.pool())
        .await?;
        Ok(row)
    }

    /// Objects to remove: at once those that must not be shown any more, and those that another one took the place of after
    /// a while, once nobody reads them. In the order of their ids, from after this one.
    pub async fn snapshot_unserved(
        &self,
        retired_before: i64,
        now: i64,
        after: &str,
        limit: i64,
    ) -> Result<Vec<UnservedRow>> {
        let rows = sqlx::query_as(
            "select s.id, s.object_key
             from snapshot s
             where s.id > $4
               and ((s.retired_at <= $1
                    and (s.retired_at = 0
                         or not exists (select 1
                                        from query q
                                        where q.snapshot_id = s.id and q.state = 'running' and q.alive_until > $3)))
                or not exists (select 1
                               from dataset d
                               join connection c on c.id = d.connection_id
                               where d.id = s.dataset_id
                                 and c.purpose = s.purpose
                                 and c.state <> 'disconnected'))
             order by s.id
             limit $2",
        )
        .bind(retired_before)
        .bind(limit)
        .bind(now)
        .bind(after)
        .fetch_all(self.pool())
        .await?;
        Ok(rows)
    }

    /// Forgets an object that was removed. What it was served of is due at once, as soon as its connection is live.
    pub async fn snapshot_delete(&self, id: &str, now: i64) -> Result<()> {
        let mut write = self.begin().await?;
        sqlx::query(
            "update refresh
             set snapshot_id = '',
                 asked_by = case when asked_at is null and halt in ('', 'credential') then $3 else asked_by end,
                 asked_at = case when halt in ('', 'credential') then coalesce(asked_at, cast($2 as bigint)) else asked_at end
             where snapshot_id = $1 and is_on = 1",
        )
        .bind(id)
        .bind(now)
        .bind(BY_ABSENCE)
        .execute(&mut *write)
        .await?;
        sqlx::query("delete from snapshot where id = $1").bind(id).execute(&mut *write).await?;
        write.commit().await?;
        Ok(())
    }

    /// The object of a snapshot is not where it was written: another run is due, where nothing rests.
    pub async fn snapshot_missing(&self, id: &str, now: i64) -> Result<bool> {
        let due = sqlx::query(
            "update refresh set next_at = $2, asked_by = $3
             where snapshot_id = $1
               and is_on = 1
               and run_id = ''
               and asked_at is null
               and halt = ''
               and (next_at is null or next_at > $2)",
        );
        let due = due.bind(id).bind(now).bind(BY_ABSENCE).execute(self.pool()).await?;
        Ok(due.rows_affected() == 1)
    }

    /// Whether an object is one that some row tells of.
    pub async fn snapshot_is_known(&self, object_key: &str) -> Result<bool> {
        let known: i64 = sqlx::query_scalar("select count(*) from snapshot where object_key = $1")
            .bind(object_key)
            .fetch_one(self.pool())
            .await?;
        Ok(known > 0)
    }
}
