//! Writing a catalog that was read: in small steps, shown at once.

use std::time::Instant;

use super::{CatalogObjectRow, CatalogSchemaRow};
use crate::{Result, Store};

/// Objects that are written in one transaction: some 10 ms, during which other writes wait.
const STEP: usize = 250;

impl Store {
    /// Replaces the whole catalog of a connection; false, and nothing shows of it, when the connection was edited since
    /// the read began, or a newer list is there. The objects are written in small steps, so that nobody else who
    /// writes waits for all of them, and appear together with the schemas at the end.
    pub async fn catalog_replace(
        &self,
        connection_id: &str,
        purpose: &str,
        schemas: &[CatalogSchemaRow],
        objects: &[CatalogObjectRow],
        is_cut: bool,
        now: i64,
    ) -> Result<bool> {
        for step in objects.chunks(STEP) {
            let started = Instant::now();
            let mut write = self.begin().await?;
            insert(&mut write, connection_id, now, step).await?;
            write.commit().await?;
            if objects.len() > STEP {
                // SQLite hands its one lock to whoever asks first: others get as long as this step took.
                tokio::time::sleep(started.elapsed()).await;
            }
        }
        let mut write = self.begin().await?;
        let shown = sqlx::query(
            "update connection
             set catalog_read_at = $2, catalog_is_cut = $3, catalog_reading_until = 0, catalog_finding = '',
                 catalog_generation = $2
             where id = $1
               and purpose = $4
               and state <> 'disconnected'
               and catalog_generation < $2",
        )
        .bind(connection_id)
        .bind(now)
        .bind(i64::from(is_cut))
        .bind(purpose)
        .execute(&mut *write)
        .await?;
        let is_shown = shown.rows_affected() == 1;
        // Rows older than what shows now are of no use, and neither are these where they are not what shows.
        sqlx::query(
            "delete from catalog_object
             where connection_id = $1
               and generation <= $2
               and generation <> (select catalog_generation from connection where id = $1)",
        )
        .bind(connection_id)
        .bind(now)
        .execute(&mut *write)
        .await?;
        if is_shown {
            sqlx::query("delete from catalog_schema where connection_id = $1")
                .bind(connection_id)
                .execute(&mut *write)
                .await?;
            for schema in schemas {
                sqlx::query(
                    "insert into catalog_schema (connection_id, name, is_usable, is_unlisted)
                     values ($1, $2, $3, $4)",
                )
                .bind(connection_id)
                .bind(&schema.name)
                .bind(schema.is_usable)
                .bind(schema.is_unlisted)
                .execute(&mut *write)
                .await?;
            }
        }
        write.commit().await?;
        Ok(is_shown)
    }

    /// Replaces the objects of one schema that was not listed with the others; false as above.
    pub async fn catalog_schema_replace(
        &self,
        connection_id: &str,
        purpose: &str,
        schema: &str,
        objects: &[CatalogObjectRow],
    ) -> Result<bool> {
        let mut write = self.begin().await?;
        let is_current = sqlx::query(
            "update connection
             set catalog_reading_until = 0, catalog_finding = ''
             where id = $1
               and purpose = $2
               and state <> 'disconnected'
               and catalog_read_at is not null",
        )
        .bind(connection_id)
        .bind(purpose)
        .execute(&mut *write)
        .await?;
        let listed = sqlx::query(
            "update catalog_schema set is_unlisted = 0 where connection_id = $1 and name = $2 and is_unlisted = 1",
        )
        .bind(connection_id)
        .bind(schema)
        .execute(&mut *write)
        .await?;
        if is_current.rows_affected() == 0 || listed.rows_affected() == 0 {
            return Ok(false);
        }
        let generation: i64 = sqlx::query_scalar("select catalog_generation from connection where id = $1")
            .bind(connection_id)
            .fetch_one(&mut *write)
            .await?;
        sqlx::query("delete from catalog_object where connection_id = $1 and schema_name = $2")
            .bind(connection_id)
            .bind(schema)
            .execute(&mut *write)
            .await?;
        insert(&mut write, connection_id, generation, objects).await?;
        write.commit().await?;
        Ok(true)
    }
}

/// A name that the source gave twice is kept once.
async fn insert(
    write: &mut sqlx::AnyConnection,
    connection_id: &str,
    generation: i64,
    objects: &[CatalogObjectRow],
) -> Result<()> {
    for object in objects {
        sqlx::query(
            "insert into catalog_object (connection_id, schema_name, name, search_name, kind, is_readable, generation)
             values ($1, $2, $3, $4, $5, $6, $7)
             on conflict (connection_id, generation, schema_name, name) do nothing",
        )
        .bind(connection_id)
        .bind(&object.schema_name)
        .bind(&object.name)
        .bind(format!("{}.{}", object.schema_name, object.name).to_lowercase())
        .bind(&object.kind)
        .bind(object.is_readable)
        .bind(generation)
        .execute(&mut *write)
        .await?;
    }
    Ok(())
}
