//! Everything that is sealed, for those who look after the keys.

use sqlx::FromRow;

use crate::{Result, Store};

/// What holds a sealed value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealedKind {
    /// A connection's password.
    Connection,
    /// A page of a query's result.
    Query,
    /// An invitation's code.
    Invitation,
    /// The address that starts a dataset's refresh from outside.
    Trigger,
}

impl SealedKind {
    pub const ALL: [Self; 4] = [Self::Connection, Self::Query, Self::Invitation, Self::Trigger];
}

#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct SealedRow {
    pub id: String,
    pub team_id: String,
    /// What the value is bound to, besides its place.
    pub purpose: String,
    pub sealed: Vec<u8>,
}

impl Store {
    /// Up to `limit` sealed values with ids after this one, in order.
    pub async fn sealed_list(&self, kind: SealedKind, after: &str, limit: i64) -> Result<Vec<SealedRow>> {
        let rows = sqlx::query_as(match kind {
            SealedKind::Connection => {
                "select id, team_id, purpose, secret as sealed from connection
                 where secret is not null and id > $1 order by id limit $2"
            }
            SealedKind::Query => {
                "select p.id, q.team_id, q.member_id as purpose, p.sealed
                 from result_page p
                 join query q on q.id = p.query_id
                 where p.id > $1 order by p.id limit $2"
            }
            SealedKind::Invitation => {
                "select id, team_id, role as purpose, code as sealed from invitation
                 where id > $1 order by id limit $2"
            }
            SealedKind::Trigger => {
                "select dataset_id as id, team_id, connection_id as purpose, trigger_code as sealed from refresh
                 where trigger_code is not null and dataset_id > $1 order by dataset_id limit $2"
            }
        })
        .bind(after)
        .bind(limit)
        .fetch_all(self.pool())
        .await?;
        Ok(rows)
    }

    /// Puts one sealed value in the place of another; false when that is not there any more.
    pub async fn sealed_replace(&self, kind: SealedKind, id: &str, old: &[u8], new: &[u8]) -> Result<bool> {
        let replaced = sqlx::query(match kind {
            SealedKind::Connection => "update connection set secret = $3 where id = $1 and secret = $2",
            SealedKind::Query => "update result_page set sealed = $3 where id = $1 and sealed = $2",
            SealedKind::Invitation => "update invitation set code = $3 where id = $1 and code = $2",
            SealedKind::Trigger => "update refresh set trigger_code = $3 where dataset_id = $1 and trigger_code = $2",
        })
        .bind(id)
        .bind(old)
        .bind(new)
        .execute(self.pool())
        .await?;
        Ok(replaced.rows_affected() == 1)
    }
}
