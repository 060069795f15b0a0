//! Datasets: picked tables and views.

use sqlx::FromRow;

use crate::{Result, Store, new_id};

#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct DatasetRow {
    pub id: String,
    pub connection_id: String,
    pub schema_name: String,
    pub name: String,
    pub kind: String,
    /// JSON; empty before the first read.
    pub known_columns: String,
}

/// Who adds to which connection.
#[derive(Clone, Copy, Debug)]
pub struct NewDataset<'a> {
    pub team_id: &'a str,
    pub connection_id: &'a str,
    pub member_id: &'a str,
}

impl Store {
    /// Adds catalog objects by schema and name; those that are datasets already stay as they are. Returns how many are new.
    pub async fn dataset_insert(&self, place: NewDataset<'_>, objects: &[(String, String)], now: i64) -> Result<u64> {
        let mut write = self.begin().await?;
        let mut added = 0;
        for (schema, name) in objects {
            let inserted = sqlx::query(
                "insert into dataset (id, team_id, connection_id, schema_name, name, kind, created_by, created_at)
                 select $1, c.team_id, c.id, o.schema_name, o.name, o.kind, $4, $5
                 from catalog_object o
                 join connection c on c.id = o.connection_id and c.catalog_generation = o.generation
                 where o.schema_name = $6
                   and o.name = $7
                   and c.id = $3
                   and c.team_id = $2
                   and c.is_draft = 0
                   -- Empty once an edit made the list another target's.
                   and c.catalog_read_at is not null
                   and o.is_readable = 1
                 on conflict (connection_id, schema_name, name) do nothing",
            )
            .bind(new_id())
            .bind(place.team_id)
            .bind(place.connection_id)
            .bind(place.member_id)
            .bind(now)
            .bind(schema)
            .bind(name)
            .execute(&mut *write)
            .await?;
            added += inserted.rows_affected();
        }
        write.commit().await?;
        Ok(added)
    }

    /// Keeps what the newest read told of its columns.
    pub async fn dataset_columns(&self, id: &str, columns: &str) -> Result<()> {
        sqlx::query("update dataset set known_columns = $2 where id = $1 and known_columns <> $2")
            .bind(id)
            .bind(columns)
            .execute(self.pool())
            .await?;
        Ok(())
    }

    pub async fn dataset_delete(&self, team_id: &str, id: &str) -> Result<bool> {
        let deleted = sqlx::query("delete from dataset where id = $1 and team_id = $2")
            .bind(id)
            .bind(team_id)
            .execute(self.pool())
            .await?;
        Ok(deleted.rows_affected() == 1)
    }

    /// Whose it is, for the operator.
    pub async fn dataset_team(&self, id: &str) -> Result<Option<String>> {
        let team = sqlx::query_scalar("select team_id from dataset where id = $1").bind(id);
        Ok(team.fetch_optional(self.pool()).await?)
    }

    pub async fn dataset_list(&self, team_id: &str) -> Result<Vec<DatasetRow>> {
        let rows = sqlx::query_as(
            "select id, connection_id, schema_name, name, kind, known_columns
             from dataset
             where team_id = $1
             order by schema_name, name",
        )
        .bind(team_id)
        .fetch_all(self.pool())
        .await?;
        Ok(rows)
    }

    pub async fn dataset_fetch(&self, team_id: &str, id: &str) -> Result<Option<DatasetRow>> {
        let row = sqlx::query_as(
            "select id, connection_id, schema_name, name, kind, known_columns from dataset where id = $1 and team_id = $2",
        )
        .bind(id)
        .bind(team_id)
        .fetch_optional(self.pool())
        .await?;
        Ok(row)
    }
}
