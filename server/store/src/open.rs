//! Opening the store and bringing its schema up to date.

use std::path::Path;
use std::time::Duration;

use sqlx::any::{AnyPoolOptions, install_default_drivers};
use sqlx::{Any, AnyPool, Executor, Transaction};

use crate::{Engine, Result, Store, StoreError};

/// How long a statement waits for the database before it gives up.
const WAIT: Duration = Duration::from_secs(5);

impl Store {
    /// The embedded store, in a file of the data folder.
    pub async fn open_sqlite(path: &Path) -> Result<Self> {
        let url = format!("sqlite://{}?mode=rwc", path.display());
        Self::open(&url, Engine::Sqlite, 4).await
    }

    /// A Postgres that several servers share.
    pub async fn open_postgres(url: &str) -> Result<Self> {
        Self::open(url, Engine::Postgres, 8).await
    }

    async fn open(url: &str, engine: Engine, connections: u32) -> Result<Self> {
        install_default_drivers();
        let pool = AnyPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(WAIT)
            // A file does not hang up as a server does, and asking it first costs each statement a turn.
            .test_before_acquire(engine == Engine::Postgres)
            .after_connect(move |connection, _| {
                Box::pin(async move {
                    if engine == Engine::Sqlite {
                        // FULL: what was acknowledged survives a power cut.
                        connection
                            .execute(
                                "pragma journal_mode = wal; pragma synchronous = full; \
                                 pragma foreign_keys = on; pragma busy_timeout = 5000;",
                            )
                            .await?;
                    } else {
                        // Whoever holds a table keeps a page waiting no longer than a busy file does.
                        connection.execute("set lock_timeout = 5000").await?;
                    }
                    Ok(())
                })
            })
            .connect(url)
            .await
            .map_err(StoreError::Open)?;
        let store = Self { pool, engine };
        store.migrate().await?;
        Ok(store)
    }

    async fn migrate(&self) -> Result<()> {
        let migrator = match self.engine {
            Engine::Sqlite => sqlx::migrate!("./migrations/sqlite"),
            Engine::Postgres => sqlx::migrate!("./migrations/postgres"),
        };
        let mut connection = self.pool.acquire().await.map_err(StoreError::Open)?;
        if self.engine == Engine::Postgres {
            // Another server may be at it, for as long as it takes.
            connection.execute("set lock_timeout = 0").await?;
        }
        migrator.run(&mut *connection).await.map_err(StoreError::Migrate)?;
        if self.engine == Engine::Postgres {
            connection.execute("set lock_timeout = 5000").await?;
        }
        Ok(())
    }

    /// One small statement, for readiness.
    pub async fn ping(&self) -> Result<()> {
        sqlx::query("select 1").execute(&self.pool).await?;
        Ok(())
    }

    /// Begins a write. On SQLite the lock is taken at once: a transaction that reads first and writes later can
    /// fail in the middle when another writer came in between.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Any>> {
        let begin = match self.engine {
            Engine::Sqlite => "begin immediate",
            Engine::Postgres => "begin",
        };
        Ok(self.pool.begin_with(begin).await?)
    }

    /// In a file of this machine, which one server uses.
    pub fn is_embedded(&self) -> bool {
        self.engine == Engine::Sqlite
    }

    pub(crate) fn pool(&self) -> &AnyPool {
        &self.pool
    }

    pub async fn close(&self) {
        self.pool.close().await;
    }
}
