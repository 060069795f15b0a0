//! Typed statements from the text to the rows that are kept, and whatever ends them.

mod completing;
mod ends;
mod exports;
mod keeping;
mod looking;
mod turns;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use contract::catalog::PickerFilter;
use contract::connection::ConnectionForm;
use contract::dataset::Picks;
use contract::query::{QueryView, RunForm};
use contract::team::Actor;
use testkit::postgres::Database;

use crate::findings::local;
use crate::world::{Plan, Turning, World, form};

/// A team that is connected to a PostgreSQL of its own.
pub struct Connected {
    pub database: Database,
    pub world: World,
    pub connection: String,
    /// Its name leads to a private network once this is set.
    pub is_turned: Arc<AtomicBool>,
    /// Nobody tells what its name leads to once this is set.
    pub is_silent: Arc<AtomicBool>,
}

impl Connected {
    pub async fn new() -> Self {
        Self::with(Plan::default()).await
    }

    pub async fn with(plan: Plan) -> Self {
        let database = Database::fresh().await;
        database.run("create schema slow; create view slow.hour as select count(*) from pg_sleep(3600)").await;
        let at = SocketAddr::from(([127, 0, 0, 1], database.port));
        let (is_turned, is_silent) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let turning =
            Turning { is_turned: Arc::clone(&is_turned), is_silent: Arc::clone(&is_silent), names: local(at) };
        let names = Arc::new(turning);
        let plan = Plan { names, extra_ca_pem: Some(database.ca_pem.clone()), ..plan };
        let world = World::new(plan).await;
        let string = format!("postgresql://flitch:flitch@localhost:{}/{}", database.port, database.name);
        let draft = world.backend.connections.draft(&world.actor, form(string), false).await.unwrap();
        let connection = world.backend.connections.save(&world.actor, &draft.id).await.unwrap();
        Self { database, world, connection, is_turned, is_silent }
    }

    /// A connection string to its database, as somebody.
    pub fn string(&self, user: &str, password: &str) -> String {
        format!("postgresql://{user}:{password}@localhost:{}/{}", self.database.port, self.database.name)
    }

    /// Edits the connection, without a check.
    pub async fn edit(&self, string: String) {
        let (backend, actor) = (&self.world.backend, &self.world.actor);
        let draft = backend.connection_life.edit(actor, &self.connection).await.unwrap();
        let form = ConnectionForm { draft: draft.clone(), ..form(string) };
        assert_eq!(backend.connections.draft(actor, form, false).await.unwrap().fault, None);
        backend.connections.save(actor, &draft).await.unwrap();
    }

    pub async fn run_as(&self, actor: &Actor, sql: &str) -> String {
        let form = RunForm { connection_id: self.connection.clone(), sql: sql.to_owned(), selection: String::new() };
        self.world.backend.queries.run(actor, form).await.unwrap()
    }

    pub async fn run(&self, sql: &str) -> String {
        self.run_as(&self.world.actor, sql).await
    }

    pub async fn show(&self, id: &str) -> QueryView {
        self.world.backend.queries.show(&self.world.actor, id, 0).await.unwrap()
    }

    /// Waits until it is so.
    pub async fn until(&self, id: &str, is: impl Fn(&QueryView) -> bool) -> QueryView {
        for _ in 0..3_000 {
            let view = self.show(id).await;
            if is(&view) {
                return view;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{:?}", self.show(id).await);
    }

    pub async fn ended(&self, id: &str) -> QueryView {
        self.until(id, |view| !view.state.is_running()).await
    }

    /// The rows of what a statement says, run to its end.
    pub async fn rows(&self, sql: &str) -> QueryView {
        let id = self.run(sql).await;
        self.ended(&id).await
    }

    /// The id of the only dataset, once everything in `public` is one.
    pub async fn dataset(&self) -> String {
        let mut ids = self.datasets().await;
        assert_eq!(ids.len(), 1);
        ids.remove(0)
    }

    /// The ids of all datasets, once everything in `public` is one; in the order of their names.
    pub async fn datasets(&self) -> Vec<String> {
        let (datasets, actor) = (&self.world.backend.datasets, &self.world.actor);
        datasets.catalog_read(actor, &self.connection, "").await.unwrap();
        for _ in 0..1_000 {
            let picker = datasets.picker(actor, &self.connection, PickerFilter::default()).await.unwrap();
            if !picker.schemas.is_empty() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let picks = Picks { connection_id: self.connection.clone(), whole_schema: "public".into(), ..Picks::default() };
        datasets.add(actor, picks).await.unwrap();
        datasets.list(actor).await.unwrap().into_iter().map(|dataset| dataset.id).collect()
    }

    /// How many statements run for Flitch on the server right now.
    pub async fn running(&self) -> i64 {
        let asked = "select count(*)::text from pg_stat_activity
                     where state = 'active' and query like '/* flitch%' and datname = current_database()";
        self.database.ask(asked).await.parse().unwrap()
    }
}

/// Something that takes long, and no processor's time from what runs beside it.
pub const LONG: &str = "select count from slow.hour";
