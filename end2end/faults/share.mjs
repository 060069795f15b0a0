// O-FAULT-13: two servers on one Postgres store share what is due; one is killed in the middle of a run, and the other
// finishes.
//
//   node share.mjs DATASETS
//
// With FLITCH_TEST_S3, the address of a server that speaks S3, the snapshots are in its bucket `snapshots`, and the two have
// nothing on disk in common but their keys.
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Member, Server, until } from '../support/member.mjs';
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
const began = Date.now();
await ann.call('refreshes/set-all', {
  connection_id: ann.connection, 'schedule[unit]': 'asked', 'schedule[every]': 1, 'schedule[at]': '03:00', 'schedule[zone]': 'UTC',
});
const states = () => psql(store, 'select state, count(*) from refresh_run group by 1 order by 1');
await until(() => states() === `done|${count}`, `${count} runs: ${states()}`, 300);
const seconds = (Date.now() - began) / 1000;
const runs = psql(store, 'select count(*), count(distinct dataset_id) from refresh_run');
if (runs !== `${count}|${count}`) throw new Error(`runs and datasets: ${runs}`);
const ended = (server) => (server.output.match(/refresh ended/g) ?? []).length;
// What is written down may be read a moment later.
await until(() => ended(one) + ended(two) >= count, 'the logs of both');
if (ended(one) + ended(two) !== count || ended(one) === 0 || ended(two) === 0) {
  throw new Error(`${ended(one)} and ${ended(two)} runs`);
}
console.log(`O-FAULT-13${bucket ? ' S3' : ''}: ${JSON.stringify({ datasets: count, runs: count, first: ended(one), second: ended(two), seconds })}`);

// A page of the other server shows the same.
const bob = new Member(two);
bob.cookie = ann.cookie;
const [{ id, name }] = ann.datasets;
const query = await bob.ask(id, 'm=count&mc=');
if (query.result?.rows[0][0] !== '50' || !query.snapshot) throw new Error(JSON.stringify(query) + two.output.slice(-1500));

// One is killed in the middle of a run.
psql(source, `alter table ${name} rename to gone; create view ${name} as select n, pg_sleep(case when n % 20000 = 0 then 1 end)::text as slow from generate_series(1, 2000000) n`);
// Listened for before anything happens.
const reached = Promise.race([one, two].map((server) => server.line(/first rows$/).then(() => server)));
await ann.refresh(id);
const worker = await reached;
const killed = Date.now();
await worker.signal('SIGKILL');
// Not before: the one that reads holds the table.
psql(source, `alter view ${name} rename to slow; alter table gone rename to ${name}`);
await until(() => psql(store, `select state from refresh_run where dataset_id = '${id}' order by started_at desc limit 1`) === 'done', 'the other server', 30);
const after = (Date.now() - killed) / 1000;
if (after > 3 + 10) throw new Error(`finished ${after} s after the kill, with a lease of 3 s`);
const last = psql(store, `select string_agg(state, ',' order by started_at) from refresh_run where dataset_id = '${id}'`);
if (last !== 'done,lost,done') throw new Error(last);
console.log(`taken over: ${JSON.stringify({ lease_seconds: 3, finished_after_seconds: after })}`);
const rest = worker === one ? two : one;
if ((await rest.signal('SIGTERM')) !== 0) throw new Error('exit code');
if (/panicked/.test(one.output + two.output)) throw new Error('something panicked');
if (bucket && [one, two].some(({ data }) => existsSync(join(data, 'snapshots')))) throw new Error('snapshots on disk');
for (const { data } of [one, two]) rmSync(data, { recursive: true, force: true });
