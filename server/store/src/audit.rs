//! The audit log: one chain per team.

use sha2::{Digest, Sha256};
use sqlx::FromRow;

use crate::{Result, Store};

/// What is about to be recorded.
#[derive(Clone, Copy, Debug)]
pub struct NewAudit<'a> {
    pub team_id: &'a str,
    pub member_id: &'a str,
    pub who: &'a str,
    pub action: &'a str,
    pub target: &'a str,
    pub named: &'a str,
    pub outcome: &'a str,
}

#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct AuditRow {
    pub seq: i64,
    pub happened_at: i64,
    pub member_id: String,
    pub who: String,
    pub action: String,
    pub target: String,
    pub named: String,
    pub outcome: String,
    pub hash: String,
}

/// Which rows; empty parts match everything.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    pub action: String,
    /// Anywhere in `who` or in what it was done to.
    pub search: String,
    /// Rows before this one; 0 for the newest.
    pub before: i64,
}

/// How a team's chain was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chain {
    Whole {
        rows: i64,
    },
    /// The first row that does not follow from the one before it, or is not there.
    Broken {
        seq: i64,
    },
}

/// Length before content, so that no two rows run together into the same bytes.
fn link(before: &str, new: &NewAudit<'_>, seq: i64, at: i64) -> String {
    let mut hash = Sha256::new();
    let (seq, at) = (seq.to_string(), at.to_string());
    let NewAudit { team_id, member_id, who, action, target, named, outcome } = *new;
    for part in [before, team_id, &seq, &at, member_id, who, action, target, named, outcome] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Store {
    pub async fn audit_append(&self, new: &NewAudit<'_>, now: i64) -> Result<()> {
        let mut write = self.begin().await?;
        // The row of the team is held until the end, so that two servers append one after the other.
        let head: Option<(i64, String)> =
            sqlx::query_as("update team set audit_seq = audit_seq + 1 where id = $1 returning audit_seq, audit_hash")
                .bind(new.team_id)
                .fetch_optional(&mut *write)
                .await?;
        let Some((seq, before)) = head else { return Ok(()) };
        let hash = link(&before, new, seq, now);
        sqlx::query(
            "insert into audit (team_id, seq, happened_at, member_id, who, action, target, named, outcome, hash)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(new.team_id)
        .bind(seq)
        .bind(now)
        .bind(new.member_id)
        .bind(new.who)
        .bind(new.action)
        .bind(new.target)
        .bind(new.named)
        .bind(new.outcome)
        .bind(&hash)
        .execute(&mut *write)
        .await?;
        sqlx::query("update team set audit_hash = $2 where id = $1")
            .bind(new.team_id)
            .bind(&hash)
            .execute(&mut *write)
            .await?;
        write.commit().await?;
        Ok(())
    }

    /// The newest first.
    pub async fn audit_list(&self, team_id: &str, filter: &AuditFilter, limit: i64) -> Result<Vec<AuditRow>> {
        let search = filter.search.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        let rows = sqlx::query_as(
            "select seq, happened_at, member_id, who, action, target, named, outcome, hash
             from audit
             where team_id = $1
               and ($2 = '' or action = $2)
               and (lower(who) like $3 escape '\\' or lower(named) like $3 escape '\\' or target = $4)
               and ($5 = 0 or seq < $5)
             order by seq desc
             limit $6",
        )
        .bind(team_id)
        .bind(&filter.action)
        .bind(format!("%{search}%"))
        .bind(&filter.search)
        .bind(filter.before)
        .bind(limit)
        .fetch_all(self.pool())
        .await?;
        Ok(rows)
    }

    /// Follows a team's chain from its first row to the last that the team knows.
    pub async fn audit_verify(&self, team_id: &str) -> Result<Chain> {
        let head: Option<(i64, String)> = sqlx::query_as("select audit_seq, audit_hash from team where id = $1")
            .bind(team_id)
            .fetch_optional(self.pool())
            .await?;
        let (last, last_hash) = head.unwrap_or_default();
        let mut before = String::new();
        for seq in 1..=last {
            let row: Option<AuditRow> = sqlx::query_as(
                "select seq, happened_at, member_id, who, action, target, named, outcome, hash
                 from audit
                 where team_id = $1
                   and seq = $2",
            )
            .bind(team_id)
            .bind(seq)
            .fetch_optional(self.pool())
            .await?;
            let Some(row) = row else { return Ok(Chain::Broken { seq }) };
            let AuditRow { member_id, who, action, target, named, outcome, .. } = &row;
            let new = NewAudit { team_id, member_id, who, action, target, named, outcome };
            if link(&before, &new, seq, row.happened_at) != row.hash {
                return Ok(Chain::Broken { seq });
            }
            before = row.hash;
        }
        let more: i64 = sqlx::query_scalar("select count(*) from audit where team_id = $1 and seq > $2")
            .bind(team_id)
            .bind(last)
            .fetch_one(self.pool())
            .await?;
        Ok(if before == last_hash && more == 0 { Chain::Whole { rows: last } } else { Chain::Broken { seq: last } })
    }
}
