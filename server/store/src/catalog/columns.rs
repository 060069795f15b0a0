//! Names of columns, for completing what is typed.

use sqlx::FromRow;

use crate::{Result, Store};

#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct CatalogColumnsRow {
    pub schema_name: String,
    pub object_name: String,
    /// A JSON array.
    pub names: String,
}

/// Rows of one transaction.
const STEP: usize = 2_000;

impl Store {
    /// Replaces what is known of a connection's columns, as far as it still leads to where they were read. What is
    /// half replaced completes less, and nothing worse.
    pub async fn catalog_columns_replace(
        &self,
        connection_id: &str,
        purpose: &str,
        columns: &[CatalogColumnsRow],
    ) -> Result<()> {
        for (at, step) in columns.chunks(STEP).enumerate() {
            let mut write = self.begin().await?;
            let is_current = sqlx::query("update connection set purpose = purpose where id = $1 and purpose = $2")
                .bind(connection_id)
                .bind(purpose)
                .execute(&mut *write)
                .await?;
            if is_current.rows_affected() == 0 {
                return Ok(());
            }
            if at == 0 {
                sqlx::query("delete from catalog_columns where connection_id = $1")
                    .bind(connection_id)
                    .execute(&mut *write)
                    .await?;
            }
            for row in step {
                sqlx::query(
                    "insert into catalog_columns (connection_id, schema_name, object_name, names)
                     values ($1, $2, $3, $4)
                     on conflict (connection_id, schema_name, object_name) do update set names = $4",
                )
                .bind(connection_id)
                .bind(&row.schema_name)
                .bind(&row.object_name)
                .bind(&row.names)
                .execute(&mut *write)
                .await?;
            }
            write.commit().await?;
        }
        Ok(())
    }

    /// Of objects that the connection's user may read.
    pub async fn catalog_columns(&self, connection_id: &str, limit: i64) -> Result<Vec<CatalogColumnsRow>> {
        let rows = sqlx::query_as(
            "select known.schema_name, known.object_name, known.names
             from catalog_columns known
             join connection on connection.id = known.connection_id
             join catalog_object object
               on object.connection_id = known.connection_id
              and object.generation = connection.catalog_generation
              and object.schema_name = known.schema_name
              and object.name = known.object_name
             where known.connection_id = $1
               and object.is_readable = 1
             order by known.schema_name, known.object_name
             limit $2",
        )
        .bind(connection_id)
        .bind(limit)
        .fetch_all(self.pool())
        .await?;
        Ok(rows)
    }
}
