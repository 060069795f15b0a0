//! Recording who did what, and showing it to admins.

use std::sync::Arc;

use async_trait::async_trait;
use contract::audit::{Action, AuditEntry, AuditOutcome, AuditPage, AuditQuery};
use contract::fault::Fault;
use contract::ports;
use contract::team::{Actor, Role};
use store::{AuditFilter, AuditRow, NewAudit};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::limits::Limit;
use super::{Shared, log_failure, now, store_fault};

const PAGE: usize = 100;
/// Rows of one CSV; a longer log is taken in parts, by its filters.
const CSV: i64 = 100_000;

/// What was done: to which id, and what people call that.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deed<'a> {
    pub action: Action,
    pub target: &'a str,
    pub named: &'a str,
}

/// One record of one decision. What was decided has happened: a failure to write it down is logged.
pub(crate) async fn done(shared: &Shared, actor: &Actor, deed: Deed<'_>) {
    record(shared, actor, deed, AuditOutcome::Done).await;
}

pub(crate) async fn refused(shared: &Shared, actor: &Actor, deed: Deed<'_>) {
    record(shared, actor, deed, AuditOutcome::Refused).await;
}

async fn record(shared: &Shared, actor: &Actor, deed: Deed<'_>, outcome: AuditOutcome) {
    let new = NewAudit {
        team_id: &actor.team_id,
        member_id: &actor.member_id,
        who: &actor.email,
        action: deed.action.as_str(),
        target: deed.target,
        named: deed.named,
        outcome: outcome.as_str(),
    };
    if let Err(error) = shared.store.audit_append(&new, now()).await {
        log_failure("an audit record could not be written", &error);
    }
}

pub(crate) struct Audit {
    shared: Arc<Shared>,
    /// So many refusals of one person are written down, and no more: the log is not theirs to fill.
    refusals: Limit<String>,
}

impl Audit {
    pub fn new(shared: Arc<Shared>) -> Self {
        Self { shared, refusals: Limit::new(120, std::time::Duration::from_secs(60)) }
    }

    async fn rows(&self, actor: &Actor, query: AuditQuery, limit: i64) -> Result<Vec<AuditRow>, Fault> {
        if actor.role != Role::Admin {
            return Err(Fault::NotAdmin);
        }
        let filter = AuditFilter {
            action: Action::from_code(&query.action).map_or(String::new(), |action| action.as_str().to_owned()),
            search: query.search.trim().chars().take(200).collect(),
            before: query.before.max(0),
        };
        self.shared.store.audit_list(&actor.team_id, &filter, limit).await.map_err(store_fault)
    }
}

#[async_trait]
impl ports::Audit for Audit {
    fn refused(&self, actor: &Actor, path: &str) {
        if self.refusals.take(&actor.member_id).is_err() {
            return;
        }
        let (shared, actor, path) = (Arc::clone(&self.shared), actor.clone(), path.to_owned());
        tokio::spawn(async move {
            refused(&shared, &actor, Deed { action: Action::AccessRefused, target: "", named: &path }).await;
        });
    }

    async fn page(&self, actor: &Actor, query: AuditQuery) -> ports::Answer<AuditPage> {
        let mut rows = self.rows(actor, query, PAGE as i64 + 1).await?;
        let has_more = rows.len() > PAGE;
        rows.truncate(PAGE);
        Ok(AuditPage { entries: rows.into_iter().filter_map(entry).collect(), has_more })
    }

    async fn csv(&self, actor: &Actor, query: AuditQuery) -> ports::Answer<String> {
        let mut csv = String::from("number,time,who,action,target,name,outcome\r\n");
        for row in self.rows(actor, query, CSV).await? {
            let AuditRow { seq, happened_at, who, action, target, named, outcome, .. } = row;
            let fields = [seq.to_string(), written(happened_at), who, action, target, named, outcome];
            let line: Vec<String> = fields.iter().map(|field| quoted(field)).collect();
            csv.push_str(&line.join(","));
            csv.push_str("\r\n");
        }
        done(&self.shared, actor, Deed { action: Action::AuditExported, target: "", named: "" }).await;
        Ok(csv)
    }
}

fn entry(row: AuditRow) -> Option<AuditEntry> {
    Some(AuditEntry {
        seq: row.seq,
        happened_at: row.happened_at,
        who: row.who,
        action: Action::from_code(&row.action)?,
        named: row.named,
        is_refused: row.outcome == AuditOutcome::Refused.as_str(),
    })
}

fn written(us: i64) -> String {
    let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(us) * 1_000);
    at.ok().and_then(|at| at.format(&Rfc3339).ok()).unwrap_or_default()
}

/// A field of RFC 4180, always quoted. What a spreadsheet would take for a formula gets an apostrophe in front (ASVS
/// 1.2.10): also where it splits at another sign than ours, and for the signs' full-width twins.
fn quoted(field: &str) -> String {
    let signs = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
    let is_formula =
        field.starts_with(['\t', '\r']) || field.split([';', '\t', '\r', '\n']).any(|part| part.starts_with(signs));
    let apostrophe = if is_formula { "'" } else { "" };
    format!("\"{apostrophe}{}\"", field.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn o_web_16_fields_are_quoted_and_no_formula() {
        assert_eq!(quoted("plain"), "\"plain\"");
        assert_eq!(quoted("a,\"b\""), "\"a,\"\"b\"\"\"");
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "x;=1+1", "x\t+1", "＝1+1"] {
            assert_eq!(quoted(formula), format!("\"'{formula}\""));
        }
        assert_eq!(written(0), "1970-01-01T00:00:00Z");
    }
}
