//! Queries: typed statements, their results and history, and what is asked of datasets.

use contract::explore::ExploreFault;
#[cfg(feature = "ssr")]
use contract::query::{Ask, ResultSet};
use contract::query::{Column, HistoryFilter, QueryView, QueueEntry, Row, RunForm, Workspace};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{ApiError, Wire};
use crate::words::Told;

/// A dataset's answer, with what was made of it where the server is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    pub query: QueryView<Told>,
    /// Charts or columns, as markup.
    pub made: String,
    /// What was made is all there is to see.
    pub is_all: bool,
    /// A snapshot cannot answer it.
    pub is_of_source_alone: bool,
    /// The statement and how it was read, as markup.
    pub how_read: String,
}

impl Asked {
    pub fn is_running(&self) -> bool {
        self.query.state.is_running()
    }
}

/// A query with how it ran, as markup.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shown {
    pub query: QueryView<Told>,
    pub record: String,
}

/// As many rows as a chart is drawn of.
#[cfg(feature = "ssr")]
async fn drawn_rows(
    backend: &contract::ports::Backend,
    actor: &contract::team::Actor,
    (id, result): (&str, &ResultSet),
) -> Result<Vec<Row>, ApiError> {
    backend.queries.rows(actor, id, result.run, 0, 10_000).await.map_err(super::guard::refuse)
}

/// A chart of a typed statement's result, as markup; empty while there is no result.
#[server(prefix = "/api", endpoint = "queries/chart", output = Wire)]
pub async fn chart_query(id: String, #[server(default)] chart: String) -> Result<String, ApiError> {
    use super::guard;
    use contract::explore::Chart;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    let query = backend.queries.show(&actor, &id, 0).await.map_err(guard::refuse)?;
    let Some(result) = query.result.filter(|_| !query.state.is_running()) else { return Ok(String::new()) };
    let turn = crate::made::turn::Turn::of(&actor.member_id).await;
    let rows = drawn_rows(&backend, &actor, (&id, &result)).await?;
    let link = |code: &str| if code == "table" { "?".to_owned() } else { format!("?chart={code}") };
    let draw = move || {
        crate::made::chart::or_why_not(crate::made::chart::seen(None, Chart::from_code(&chart), &result, &rows, link))
    };
    turn.draw(draw).await.map_err(guard::refuse)
}

/// Runs a statement and leads to its page.
#[server(prefix = "/api", endpoint = "queries/run")]
pub async fn run_query(form: RunForm) -> Result<(), ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    let id = backend.queries.run(&actor, form).await.map_err(guard::refuse)?;
    leptos_axum::redirect(&crate::paths::query(&id));
    Ok(())
}

/// Runs one's own query once more, in its place.
#[server(prefix = "/api", endpoint = "queries/run-again")]
pub async fn run_query_again(id: String) -> Result<(), ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    backend.queries.run_again(&actor, &id).await.map_err(guard::refuse)?;
    leptos_axum::redirect(&crate::paths::query(&id));
    Ok(())
}

/// A query; none without an id.
#[server(prefix = "/api", endpoint = "queries/show", output = Wire)]
pub async fn show_query(
    #[server(default)] id: String,
    #[server(default)] first: u64,
) -> Result<Option<Shown>, ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    if id.is_empty() {
        return Ok(None);
    }
    let query = backend.queries.show(&actor, &id, first).await.map_err(guard::refuse)?;
    let query = guard::tell_query(&backend, &actor, query).await?;
    let record = if query.state.is_running() { String::new() } else { crate::made::record::record(&query) };
    Ok(Some(Shown { query, record }))
}

/// Rows of a result that is kept: of the run that the query showed, and of no later one.
#[server(prefix = "/api", endpoint = "queries/rows", output = Wire)]
pub async fn show_rows(id: String, run: i64, first: u64, count: u32) -> Result<Vec<Row>, ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    backend.queries.rows(&actor, &id, run, first, count).await.map_err(guard::refuse)
}

/// A form without scripts leads back to the page that it was on.
#[server(prefix = "/api", endpoint = "queries/cancel")]
pub async fn cancel_query(id: String) -> Result<(), ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    backend.queries.cancel(&actor, &id).await.map_err(guard::refuse)
}

/// The history, as markup.
#[server(prefix = "/api", endpoint = "queries/history", output = Wire)]
pub async fn show_history(filter: HistoryFilter) -> Result<String, ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    let history = backend.queries.history(&actor, filter.clone()).await.map_err(guard::refuse)?;
    Ok(crate::made::history::entries(history, &filter))
}

#[server(prefix = "/api", endpoint = "queries/rename")]
pub async fn rename_query(id: String, #[server(default)] name: String) -> Result<(), ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    backend.queries.rename(&actor, &id, &name).await.map_err(guard::refuse)?;
    leptos_axum::redirect(&crate::paths::query(&id));
    Ok(())
}

#[server(prefix = "/api", endpoint = "queries/share")]
pub async fn share_query(id: String, #[server(default)] is_shared: bool) -> Result<(), ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    backend.queries.share(&actor, &id, is_shared).await.map_err(guard::refuse)?;
    leptos_axum::redirect(&crate::paths::query(&id));
    Ok(())
}

/// What the workspace starts from, with the text of a query where one is named.
#[server(prefix = "/api", endpoint = "queries/workspace", output = Wire)]
pub async fn show_workspace(#[server(default)] id: String) -> Result<Workspace, ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    backend.queries.workspace(&actor, &id).await.map_err(guard::refuse)
}

#[server(prefix = "/api", endpoint = "queries/queue", output = Wire)]
pub async fn show_queue() -> Result<Vec<QueueEntry>, ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    backend.queries.queue(&actor).await.map_err(guard::refuse)
}

/// What a dataset answers to the view that its page's query string asks for.
#[server(prefix = "/api", endpoint = "queries/ask", output = Wire)]
pub async fn ask_dataset(dataset_id: String, #[server(default)] view: String) -> Result<Asked, ApiError> {
    use super::guard;
    use crate::made;
    use contract::explore::{Chart, Explore};
    let (backend, actor) = (guard::backend()?, guard::member()?);
    let ask = crate::asks::read(&view).map_err(guard::refuse)?;
    let query = backend.queries.ask(&actor, &dataset_id, ask.clone()).await.map_err(guard::refuse)?;
    let query = guard::tell_query(&backend, &actor, query).await?;
    let dataset = backend.datasets.show(&actor, &dataset_id).await.map_err(guard::refuse)?;
    let alone = ask.source_alone(&dataset.columns).filter(|_| query.snapshot.is_none());
    let is_of_source_alone = alone.is_some();
    let alone = match alone {
        Some(column) => {
            let refresh = backend.refreshes.show(&actor, &dataset_id).await.map_err(guard::refuse)?;
            refresh.snapshot.is_some().then(|| column.clone())
        }
        None => None,
    };
    let how_read = made::how_read::how_read(&query, &dataset, &ask, alone.as_ref());
    let mut asked = Asked { query, made: String::new(), is_all: false, is_of_source_alone, how_read };
    let is_drawn = !asked.is_running() && !matches!(ask, Ask::Preview { .. });
    let Some(result) = asked.query.result.as_ref().filter(|_| is_drawn) else { return Ok(asked) };
    let turn = made::turn::Turn::of(&actor.member_id).await;
    let rows = drawn_rows(&backend, &actor, (&asked.query.id, result)).await?;
    let draw = move || {
        match (ask, &asked.query.result) {
            (Ask::Explore(explore), Some(result)) => {
                let link = |code: &str| {
                    let chart = Chart::from_code(code);
                    format!("?view=explore&{}", Explore { chart, ..explore.clone() }.to_query())
                };
                let seen = made::chart::seen(Some(&explore), explore.chart, result, &rows, link);
                (asked.made, asked.is_all) = (seen.markup, seen.is_number);
            }
            (Ask::Profile, Some(_)) => {
                asked.made = made::profile::columns(&asked.query, &dataset.columns, &rows, alone.as_ref());
                // The page shows what was made of them.
                asked.query.result = asked.query.result.take().map(|result| ResultSet { rows: Vec::new(), ..result });
            }
            _ => {}
        }
        asked
    };
    turn.draw(draw).await.map_err(guard::refuse)
}

/// A question as its form needs it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Question {
    pub columns: Vec<Column>,
    /// What is wrong with it.
    pub fault: Option<ExploreFault>,
    /// To ask it wakes compute that is paid by the second.
    pub wakes: bool,
}

/// Holds the question in an address against a dataset's columns; the source is not asked.
#[server(prefix = "/api", endpoint = "queries/question", output = Wire)]
pub async fn show_question(dataset_id: String, #[server(default)] view: String) -> Result<Question, ApiError> {
    use super::guard;
    use contract::explore::Dialect;
    use contract::fault::Fault;
    use contract::object_name::ObjectName;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    let dataset = backend.datasets.show(&actor, &dataset_id).await.map_err(guard::refuse)?;
    let table = ObjectName { schema: dataset.summary.schema, name: dataset.summary.name };
    let asked = crate::asks::read(&view);
    let is_of_source = asked.as_ref().is_ok_and(|ask| ask.source_alone(&dataset.columns).is_some());
    let fault = match asked {
        Ok(Ask::Explore(explore)) => explore.compile(&table, &dataset.columns, Dialect::Redshift).err(),
        Err(Fault::Explore { fault }) => Some(fault),
        _ => None,
    };
    // A snapshot answers without the source, where it can.
    let wakes = dataset.is_serverless
        && (is_of_source
            || backend.refreshes.show(&actor, &dataset_id).await.map_err(guard::refuse)?.snapshot.is_none());
    Ok(Question { columns: dataset.columns, fault, wakes })
}

/// Asks the source anew; or, with `of=snapshot`, goes back to the snapshot.
#[server(prefix = "/api", endpoint = "queries/ask-again")]
pub async fn ask_again(
    dataset_id: String,
    #[server(default)] view: String,
    #[server(default)] of: String,
) -> Result<(), ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    let ask = crate::asks::read(&view).map_err(guard::refuse)?;
    let asked = match of.as_str() {
        "snapshot" => backend.queries.ask_snapshot(&actor, &dataset_id, ask).await,
        _ => backend.queries.ask_again(&actor, &dataset_id, ask).await,
    };
    asked.map_err(guard::refuse)?;
    // An address is plain text; whatever else was sent is no part of one.
    let view: String = view.trim_start_matches('?').chars().filter(char::is_ascii_graphic).collect();
    leptos_axum::redirect(&format!("{}?{view}", crate::paths::dataset(&dataset_id)));
    Ok(())
}
