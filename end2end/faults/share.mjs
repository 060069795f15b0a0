// Two servers on one Postgres store share what is due.
//
//   node share.mjs DATASETS
//
// O-FAULT-13: each dataset runs once when all of them are asked for, and once when all of them are due, though one server
// is killed in the middle of that. One is killed while it reads, and the other finishes. O-FAULT-12: one sleeps through its
// lease while it reads, and what it wakes up with is refused.
//
// With FLITCH_TEST_S3, the address of a server that speaks S3, the snapshots are in its bucket `snapshots`, and the two have
// nothing on disk in common but their keys.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Member, Server, halfADayAway, sleep, until } from '../support/member.mjs';
import { connectionString, database, psql } from '../support/postgres.mjs';

const count = Number(process.argv[2] ?? 50);
const source = database('share_source');
const store = database('share_store');
psql(source, `do $$ begin for n in 1..${count} loop execute format('create table t_%s as select n from generate_series(1, 50) n', n); end loop; end $$`);

const more = ['--database-url', store, '--refreshes-per-connection', '8'];
const bucket = process.env.FLITCH_TEST_S3;
if (bucket) {
  more.push('--cache-url', 's3://snapshots/share');
  Object.assign(process.env, { AWS_ENDPOINT: bucket, AWS_ALLOW_HTTP: 'true', AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' });
}
const one = new Server(more);
await one.start();
const ann = new Member(one);
await ann.found();
const two = new Server(bucket ? [...more, '--master-keys-file', join(one.data, 'master.keys')] : more);
if (!bucket) two.data = one.data;
await two.start();
await ann.connect(connectionString(source));
if (ann.datasets.length !== count) throw new Error(`${ann.datasets.length} datasets`);
let began = Date.now();
await ann.call('refreshes/set-all', {
  connection_id: ann.connection, 'schedule[unit]': 'days', 'schedule[every]': 30, 'schedule[at]': halfADayAway(), 'schedule[zone]': 'UTC',
});
const states = () => one.stored('select state, count(*) from refresh_run group by 1 order by 1');
const done = () => Number(one.stored("select count(*) from refresh_run where state = 'done'"));
// Each of them so often, and whatever else began was lost with a server.
function ledger(times, mostLost) {
  const runs = one.stored("select count(*), min(n), max(n) from (select count(*) as n from refresh_run where state = 'done' group by dataset_id) d");
  const others = one.stored("select count(*) filter (where state = 'lost'), count(*) filter (where state not in ('done', 'lost')) from refresh_run");
  const [lost, strange] = others.split('|').map(Number);
  if (runs !== `${count}|${times}|${times}` || strange > 0 || lost > mostLost) throw new Error(`runs of datasets: ${runs}; ${states()}`);
  return lost;
}
await until(() => done() === count, `${count} runs: ${states()}`, 300);
let seconds = (Date.now() - began) / 1000;
ledger(1, 0);
const ended = (server) => (server.output.match(/refresh ended/g) ?? []).length;
// What is written down may be read a moment later.
await until(() => ended(one) + ended(two) >= count, 'the logs of both');
if (ended(one) + ended(two) !== count || ended(one) === 0 || ended(two) === 0) {
  throw new Error(`${ended(one)} and ${ended(two)} runs`);
}
const where = bucket ? ' S3' : '';
console.log(`O-FAULT-13${where}, asked for: ${JSON.stringify({ datasets: count, runs: count, first: ended(one), second: ended(two), seconds })}`);

// All of them become due, as after a month.
began = Date.now();
psql(store, 'update refresh set next_at = planned_at + 1');
await until(() => done() > count * 1.2, 'a fifth of what is due', 120);
await two.signal('SIGKILL');
await until(() => done() === 2 * count && !/running/.test(states()), `${2 * count} runs: ${states()}`, 300);
seconds = (Date.now() - began) / 1000;
const lost = ledger(2, 8);
// The second time was set by hand, and is none of their schedule's: a try of its own.
const causes = one.stored("select cause, count(*) from refresh_run where state = 'done' group by 1 order by 1");
if (causes !== `beginning|${count}\nretry|${count}`) throw new Error(causes);
if (one.stored(`select count(*) from refresh where next_at > ${Date.now()}000`) !== String(count)) throw new Error('a schedule is gone');
console.log(`O-FAULT-13${where}, due: ${JSON.stringify({ datasets: count, runs: count, killed: 'second', lost_with_it: lost, seconds })}`);
await two.start();

// A page of the other server shows the same.
const bob = new Member(two);
bob.cookie = ann.cookie;
const [{ id, name }] = ann.datasets;
const query = await bob.ask(id, 'm=count&mc=');
if (query.result?.rows[0][0] !== '50' || !query.snapshot) throw new Error(JSON.stringify(query) + two.output.slice(-1500));

// Reads as slowly as it says when a run begins, and the generation of then.
psql(source, `
  create table pace as select 1 as seconds, 1 as g;
  alter table ${name} rename to gone;
  create view ${name} as select n, (select g from pace) as g, pg_sleep(case when n % 20000 = 0 then (select seconds from pace) end)::text as slow
    from generate_series(1, 200000) n`);
const runs = () => one.stored(`select string_agg(state, ',' order by started_at, fence) from refresh_run where dataset_id = '${id}' and cause not in ('beginning', 'schedule', 'retry')`);
const newest = () => runs().split(',').at(-1);
async function readingOne() {
  // Listened for before anything happens.
  const reached = Promise.race([one, two].map((server) => server.line(/first rows$/).then(() => server)));
  await ann.refresh(id);
  return reached;
}
async function takenOver(since) {
  await until(() => newest() === 'done', 'the other server', 30);
  const after = (Date.now() - since) / 1000;
  if (after > 3 + 10) throw new Error(`finished ${after} s after that, with a lease of 3 s`);
  return after;
}

// One is killed in the middle of a run.
let worker = await readingOne();
psql(source, 'update pace set seconds = 0, g = 2');
let since = Date.now();
await worker.signal('SIGKILL');
let after = await takenOver(since);
if (runs() !== 'lost,done') throw new Error(runs());
console.log(`taken over: ${JSON.stringify({ lease_seconds: 3, finished_after_seconds: after })}`);
await worker.start();

// One sleeps in the middle of a run, three times as long as its lease.
psql(source, 'update pace set seconds = 1, g = 3');
worker = await readingOne();
psql(source, 'update pace set seconds = 0, g = 4');
since = Date.now();
worker.child.kill('SIGSTOP');
const other = worker === one ? two : one;
const carl = new Member(other);
carl.cookie = ann.cookie;
after = await takenOver(since);
const generation = async () => (await carl.ask(id, 'm=count&mc=&m=min&mc=g&m=max&mc=g')).result.rows[0].join();
// Of the run that slept.
const slept = one.stored(`select id from refresh_run where dataset_id = '${id}' and state = 'lost' order by started_at desc limit 1`);
const parts = () => (bucket ? [] : readdirSync(join(one.data, 'snapshots'), { recursive: true }).filter((file) => String(file).includes(slept)));
if ((await generation()) !== '200000,4,4') throw new Error(await generation());
await sleep(Math.max(0, since + 9_000 - Date.now()));
const woken = worker.line(/refresh ended/);
worker.child.kill('SIGCONT');
await woken;
await until(() => parts().length === 0, `no part of what is refused: ${parts()}`, 10);
if ((await generation()) !== '200000,4,4') throw new Error(`what was served is gone: ${await generation()}`);
if (runs() !== 'lost,done,lost,done') throw new Error(runs());
console.log(`O-FAULT-12${where}: ${JSON.stringify({ slept_seconds: 9, finished_by_the_other_after_seconds: after, served: 'what the other read' })}`);

for (const server of [one, two]) if ((await server.signal('SIGTERM')) !== 0) throw new Error('exit code');
if (/panicked/.test(one.output + two.output)) throw new Error('something panicked');
if (bucket && [one, two].some(({ data }) => existsSync(join(data, 'snapshots')))) throw new Error('snapshots on disk');
for (const { data } of [one, two]) rmSync(data, { recursive: true, force: true });
