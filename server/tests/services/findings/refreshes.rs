//! Findings of refreshing, and of what is served.

use contract::explore::{Explore, Function, Group, Measure};
use contract::finding::Finding;
use contract::query::Ask;

use super::{Seen, claim};
use crate::refreshes::{Refreshed, every};
use crate::world::Plan;

pub const PROVOKED: &[&str] = &[
    "not_enough_memory",
    "number_too_large",
    "refresh_overtaken",
    "refresh_too_slow",
    "run_lost",
    "snapshot_gone",
    "snapshot_unread",
    "snapshots_failed",
    "table_without_columns",
    "too_much_to_refresh",
    "value_unkept",
];

/// By `scripts/faults`, on a disk that is full.
pub const ELSEWHERE: &[&str] = &["snapshots_full"];

impl Refreshed {
    async fn newest(&self) -> Finding {
        self.view().await.runs.remove(0).why.expect("a run that failed")
    }

    /// Slow enough for something to happen meanwhile.
    async fn slow(&self) {
        let slow = "alter table sales rename to quick; create view sales as
                    select n, pg_sleep(0.1)::text as x from generate_series(1, 8) n";
        self.team.database.run(slow).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refreshes_say_why_they_failed() {
    let seen = &mut Seen::new();
    let mut see = |finding: Finding| {
        seen.insert(finding.code());
    };
    let mut plan = Plan::default();
    (plan.refresh_limits.bytes, plan.refresh_limits.memory) = (60_000, 2_000);
    let mut data = Refreshed::planned(plan, 4_000, "").await;
    data.set(every(1, "asked")).await;
    data.turn().await;
    see(data.newest().await);

    data.team.database.run("delete from sales where id > 1000").await;
    data.ask().await;
    data.turn().await;
    let by_id = Explore { groups: vec![Group { column: "id".into(), bucket: None }], ..Explore::default() };
    see(data.team.asked(&data.dataset, &Ask::Explore(by_id)).await.finding.unwrap());
    std::fs::remove_file(&data.files()[0]).unwrap();
    see(data.team.asked(&data.dataset, &Ask::rows()).await.finding.unwrap());

    // Something else in its place.
    data.ask().await;
    data.turn().await;
    let newest = data.files().into_iter().max_by_key(|file| std::fs::metadata(file).unwrap().modified().unwrap());
    std::fs::write(newest.unwrap(), [b'x'; 4_000]).unwrap();
    see(data.team.asked(&data.dataset, &Ask::rows()).await.finding.unwrap());

    // A file where the team's folder would be.
    let folder = data.team.world.folder.join("snapshots").join(&data.team.world.actor.team_id);
    std::fs::remove_dir_all(&folder).unwrap();
    std::fs::write(&folder, "").unwrap();
    data.ask().await;
    data.turn().await;
    see(data.newest().await);
    std::fs::remove_file(&folder).unwrap();

    // The connection changes how it verifies, while a run is under way.
    data.slow().await;
    data.ask().await;
    data.refresher.turn().await;
    data.until(|view| view.running.is_some()).await;
    data.team.edit(data.team.string("flitch", "flitch") + "?sslmode=verify-ca").await;
    data.refresher.settle().await;
    see(data.newest().await);

    data.ask().await;
    data.refresher.turn().await;
    data.until(|view| view.running.is_some()).await;
    let store = &data.team.world.shared.store;
    let lost = store.refresh_running().await.unwrap().remove(0);
    let finding = serde_json::to_string(&Finding::RunLost).unwrap();
    assert!(store.refresh_take_over(&lost, &finding, data.team.world.shared.clock.now()).await.unwrap());
    see(data.newest().await);

    let digits = "alter table sales rename to narrow; create view sales as
                  select n as id, repeat('9', 38)::numeric(38, 0) as x from generate_series(1, 4) n";
    let mut data = Refreshed::with(4, digits).await;
    data.set(every(1, "hours")).await;
    data.turn().await;
    let sum = |column: &str| Measure { function: Function::Sum, column: Some(column.into()) };
    let asked = Ask::Explore(Explore { measures: vec![sum("x")], ..Explore::default() });
    let view = data.team.asked(&data.dataset, &asked).await;
    assert!(view.snapshot.is_some(), "the source was not asked");
    see(view.finding.unwrap());

    data.team.database.run("drop view sales; create view sales as select 1 as id, 'infinity'::timestamp as ends").await;
    data.ask().await;
    data.turn().await;
    let unkept = data.newest().await;
    assert_eq!(unkept, Finding::ValueUnkept { column: "ends".into() });
    see(unkept);

    // Rows, and nothing in them.
    let bare = "drop view sales; create table sales (); insert into sales select from generate_series(1, 3)";
    data.team.database.run(bare).await;
    data.ask().await;
    data.turn().await;
    let refused = data.newest().await;
    assert_eq!(refused, Finding::TableBare { schema: "public".into(), table: "sales".into() });
    let (backend, actor) = (data.team.world.backend.clone(), data.team.world.actor.clone());
    backend.queries.ask_again(&actor, &data.dataset, Ask::rows()).await.unwrap();
    assert_eq!(data.team.asked(&data.dataset, &Ask::rows()).await.finding, Some(refused.clone()));
    see(refused);

    let mut plan = Plan::default();
    plan.refresh_limits.seconds = 1;
    let slow = "alter table sales rename to quick; create view sales as select pg_sleep(60)::text as x";
    let mut data = Refreshed::planned(plan, 1, slow).await;
    data.set(every(1, "asked")).await;
    data.turn().await;
    see(data.newest().await);
    claim(seen, PROVOKED);
}
