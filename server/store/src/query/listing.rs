//! Finding queries: by id, the newest of a kind, the history.

use super::QueryRow;
use crate::{Result, Store};

/// Every column of [`QueryRow`].
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select q.id, q.team_id, q.member_id, q.connection_id, q.dataset_id, q.purpose, q.statement, q.typed, q.state,
                    q.queued_at, q.started_at, q.duration_us, q.alive_until, q.cancelled_by, q.row_count, q.byte_count,
                    q.result_columns, q.cut, q.finding, q.notices, q.kept_read_only, q.snapshot_id, q.taken_at, q.name, q.is_shared,
                    m.email as author, c.name as connection_name
             from query q
             join member m on m.id = q.member_id
             join connection c on c.id = q.connection_id ",
            $rest
        )
    };
}

/// What of the history is wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueryFilter {
    /// Part of the text or the name, in lower case.
    pub search: String,
    pub connection_id: String,
    /// Only those that have a name.
    pub is_named: bool,
    /// Only those of others, shared with the team.
    pub is_others: bool,
    /// Queries that were asked for before this one: when it was, and its id.
    pub before: Option<(i64, String)>,
}

impl Store {
    /// A query that this member may see: their own, or one that is shared.
    pub async fn query_fetch(&self, team_id: &str, member_id: &str, id: &str) -> Result<Option<QueryRow>> {
        let row =
            sqlx::query_as(select!("where q.id = $1 and q.team_id = $2 and (q.member_id = $3 or q.is_shared = 1)"))
                .bind(id)
                .bind(team_id)
                .bind(member_id)
                .fetch_optional(self.pool())
                .await?;
        Ok(row)
    }

    /// This member's newest query of a dataset with this very purpose and text, asked at this time or before, unless its
    /// rows were removed since.
    pub async fn query_newest(
        &self,
        team_id: &str,
        member_id: &str,
        dataset_id: &str,
        (purpose, statement): (&str, &str),
        not_after: i64,
    ) -> Result<Option<QueryRow>> {
        let row = sqlx::query_as(select!(
            "where q.dataset_id = $1 and q.team_id = $2 and q.member_id = $3 and q.purpose = $4 and q.statement = $5
               and q.queued_at <= $6
               and (q.state <> 'done' or q.row_count = 0
                    or exists (select 1 from result_page p where p.query_id = q.id))
             order by q.id desc
             limit 1"
        ))
        .bind(dataset_id)
        .bind(team_id)
        .bind(member_id)
        .bind(purpose)
        .bind(statement)
        .bind(not_after)
        .fetch_optional(self.pool())
        .await?;
        Ok(row)
    }

    /// The history, newest first.
    pub async fn query_list(
        &self,
        team_id: &str,
        member_id: &str,
        filter: &QueryFilter,
        limit: i64,
    ) -> Result<Vec<QueryRow>> {
        let (before, id) = filter.before.clone().unwrap_or((i64::MAX, String::new()));
        let rows = sqlx::query_as(select!(
            "where q.team_id = $1
               and q.purpose in ('sql', 'export')
               and case when $3 = 1 then case when q.member_id <> $2 and q.is_shared = 1 then 1 else 0 end
                        else case when q.member_id = $2 then 1 else 0 end end = 1
               and ($4 = '' or q.connection_id = $4)
               and (q.queued_at < $5 or (q.queued_at = $5 and q.id < $6))
               and ($7 = 0 or q.name <> '')
               and ($8 = '' or lower(q.statement) like $8 escape '!' or lower(q.name) like $8 escape '!')
             order by q.queued_at desc, q.id desc
             limit $9"
        ))
        .bind(team_id)
        .bind(member_id)
        .bind(i64::from(filter.is_others))
        .bind(&filter.connection_id)
        .bind(before)
        .bind(id)
        .bind(i64::from(filter.is_named))
        .bind(pattern(&filter.search))
        .bind(limit)
        .fetch_all(self.pool())
        .await?;
        Ok(rows)
    }

    /// Removes what has had its time: first the rows of looks at datasets, then what was looked at (a page that is open
    /// still leads to its file) and the results of typed statements, the statements themselves late, and those with a name
    /// never.
    pub async fn query_purge(&self, looks_before: i64, results_before: i64, history_before: i64) -> Result<u64> {
        let mut purged = 0;
        for (statement, before) in [
            (
                "delete from result_page where query_id in
                   (select id from query
                    where purpose not in ('sql', 'export') and queued_at < $1 and (state = 'done' or alive_until < $1))",
                looks_before,
            ),
            ("delete from query where purpose not in ('sql', 'export') and queued_at < $1", results_before),
            (
                "delete from result_page where query_id in
                   (select id from query where state = 'done' and queued_at < $1)",
                results_before,
            ),
            ("delete from query where name = '' and is_shared = 0 and queued_at < $1", history_before),
        ] {
            purged += sqlx::query(statement).bind(before).execute(self.pool()).await?.rows_affected();
        }
        Ok(purged)
    }

    /// Removes the results of a member's older statements, so that what one person reads does not fill the store. What
    /// has a name or is shared keeps its rows for as long as others do.
    pub async fn result_trim(&self, member_id: &str, keep: i64) -> Result<u64> {
        let trimmed = sqlx::query(
            "delete from result_page where query_id in
               (select id from query
                where member_id = $1 and purpose = 'sql' and state = 'done' and name = '' and is_shared = 0
                  and queued_at < (select min(queued_at) from
                                     (select queued_at from query
                                      where member_id = $1 and purpose = 'sql' and state = 'done'
                                      order by queued_at desc limit $2) newest))",
        );
        Ok(trimmed.bind(member_id).bind(keep).execute(self.pool()).await?.rows_affected())
    }
}

/// What is searched for as a LIKE pattern, its own signs taken as they are.
fn pattern(search: &str) -> String {
    if search.is_empty() {
        return String::new();
    }
    let plain = search.replace('!', "!!").replace('%', "!%").replace('_', "!_");
    format!("%{plain}%")
}
