//! The catalog of a connection, as last read: schemas and objects.

mod columns;
mod write;

use sqlx::FromRow;

use crate::{Result, Store};

pub use columns::CatalogColumnsRow;

#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct CatalogSchemaRow {
    pub name: String,
    pub is_usable: i64,
    pub is_unlisted: i64,
    /// Objects in it that match the filter.
    pub match_count: i64,
    /// Schemas there are, on this page and the others.
    pub schema_count: i64,
    /// Objects that match in all of them.
    pub total_count: i64,
}

/// Which schemas are asked for.
#[derive(Clone, Copy, Debug)]
pub struct SchemaPage<'a> {
    /// From this name to that one; empty for no bound.
    pub first: &'a str,
    pub last: &'a str,
    /// Those without a match too.
    pub with_empty: bool,
    pub limit: i64,
    pub offset: i64,
}

impl SchemaPage<'_> {
    pub const ALL: Self = SchemaPage { first: "", last: "", with_empty: true, limit: i64::MAX, offset: 0 };
}

#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct CatalogObjectRow {
    pub schema_name: String,
    pub name: String,
    pub kind: String,
    pub is_readable: i64,
    pub dataset_id: Option<String>,
}

/// A search in the catalog; empty parts match everything.
#[derive(Clone, Debug, Default)]
pub struct ObjectFilter {
    /// Lower-cased here; matches inside the name, `schema.name` included.
    pub search: String,
    pub kind: String,
    pub schema: String,
}

impl ObjectFilter {
    /// A LIKE pattern in which the search's own wildcards mean themselves.
    fn pattern(&self) -> String {
        format!("%{}%", escaped(&self.search))
    }
}

fn escaped(text: &str) -> String {
    text.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

impl Store {
    /// A catalog read begins; it counts as under way until `until`. False when one is under way already.
    pub async fn catalog_read_begin(&self, connection_id: &str, now: i64, until: i64) -> Result<bool> {
        let begun = sqlx::query(
            "update connection set catalog_reading_until = $3 where id = $1 and catalog_reading_until < $2",
        )
        .bind(connection_id)
        .bind(now)
        .bind(until)
        .execute(self.pool())
        .await?;
        Ok(begun.rows_affected() == 1)
    }

    /// The read goes on.
    pub async fn catalog_read_renew(&self, connection_id: &str, until: i64) -> Result<()> {
        sqlx::query("update connection set catalog_reading_until = $2 where id = $1")
            .bind(connection_id)
            .bind(until)
            .execute(self.pool())
            .await?;
        Ok(())
    }

    /// The read failed, and why.
    pub async fn catalog_read_fail(&self, connection_id: &str, finding: &str) -> Result<()> {
        sqlx::query("update connection set catalog_reading_until = 0, catalog_finding = $2 where id = $1")
            .bind(connection_id)
            .bind(finding)
            .execute(self.pool())
            .await?;
        Ok(())
    }

    /// Schemas by name, each with how many of its objects match, and with how many schemas and matches there are in all.
    /// One walk through the index, and each step kept: SQLite would count anew wherever a count is named.
    pub async fn catalog_schemas(
        &self,
        connection_id: &str,
        filter: &ObjectFilter,
        page: SchemaPage<'_>,
    ) -> Result<Vec<CatalogSchemaRow>> {
        let rows = sqlx::query_as(
            "with counted as materialized (
               select s.name, s.is_usable, s.is_unlisted,
                      (select count(*)
                       from catalog_object o
                       where o.connection_id = s.connection_id
                         and o.generation = (select catalog_generation from connection where id = $1)
                         and o.schema_name = s.name
                         and o.search_name like $2 escape '\\'
                         and ($3 = '' or o.kind = $3)) as match_count
               from catalog_schema s
               where s.connection_id = $1
                 and ($4 = '' or s.name = $4)),
             known as materialized (
               select name, is_usable, is_unlisted, match_count, count(*) over () as schema_count,
                      cast(sum(match_count) over () as bigint) as total_count
               from counted
               where match_count > 0 or $5 = 1)
             select name, is_usable, is_unlisted, match_count, schema_count, total_count
             from known
             where ($6 = '' or name >= $6)
               and ($7 = '' or name <= $7)
             order by name
             limit $8 offset $9",
        )
        .bind(connection_id)
        .bind(filter.pattern())
        .bind(&filter.kind)
        .bind(&filter.schema)
        .bind(i64::from(page.with_empty))
        .bind(page.first)
        .bind(page.last)
        .bind(page.limit)
        .bind(page.offset)
        .fetch_all(self.pool())
        .await?;
        Ok(rows)
    }

    /// How many objects there are.
    pub async fn catalog_size(&self, connection_id: &str) -> Result<i64> {
        let size = sqlx::query_scalar(
            "select count(*)
             from catalog_object
             where connection_id = $1
               and generation = (select catalog_generation from connection where id = $1)",
        )
        .bind(connection_id)
        .fetch_one(self.pool())
        .await?;
        Ok(size)
    }

    /// One page of matching objects, in order of schema and name.
    pub async fn catalog_objects(
        &self,
        connection_id: &str,
        filter: &ObjectFilter,
        limit: i64,
        offset: i64,
    ) -> Result<Vec<CatalogObjectRow>> {
        let rows = sqlx::query_as(
            "select o.schema_name, o.name, o.kind, o.is_readable, d.id as dataset_id
             from catalog_object o
             left join dataset d
               on d.connection_id = o.connection_id
              and d.schema_name = o.schema_name
              and d.name = o.name
             where o.connection_id = $1
               and o.generation = (select catalog_generation from connection where id = $1)
               and o.search_name like $2 escape '\\'
               and ($3 = '' or o.kind = $3)
               and ($4 = '' or o.schema_name = $4)
             order by o.schema_name, o.name
             limit $5 offset $6",
        )
        .bind(connection_id)
        .bind(filter.pattern())
        .bind(&filter.kind)
        .bind(&filter.schema)
        .bind(limit)
        .bind(offset)
        .fetch_all(self.pool())
        .await?;
        Ok(rows)
    }

    /// Objects of this name, in whatever schema and case.
    pub async fn catalog_named(&self, connection_id: &str, name: &str, limit: i64) -> Result<Vec<CatalogObjectRow>> {
        let rows = sqlx::query_as(
            "select schema_name, name, kind, is_readable, cast(null as text) as dataset_id
             from catalog_object
             where connection_id = $1
               and generation = (select catalog_generation from connection where id = $1)
               and search_name like $2 escape '\\'
             order by schema_name, name
             limit $3",
        )
        .bind(connection_id)
        // The end of `schema.name`.
        .bind(format!("%.{}", escaped(name)))
        .bind(limit)
        .fetch_all(self.pool())
        .await?;
        Ok(rows)
    }

    /// Schema and name of all readable objects that match.
    pub async fn catalog_readable(&self, connection_id: &str, filter: &ObjectFilter) -> Result<Vec<(String, String)>> {
        let names = sqlx::query_as(
            "select schema_name, name
             from catalog_object
             where connection_id = $1
               and generation = (select catalog_generation from connection where id = $1)
               and search_name like $2 escape '\\'
               and ($3 = '' or kind = $3)
               and ($4 = '' or schema_name = $4)
               and is_readable = 1",
        )
        .bind(connection_id)
        .bind(filter.pattern())
        .bind(&filter.kind)
        .bind(&filter.schema)
        .fetch_all(self.pool())
        .await?;
        Ok(names)
    }
}
