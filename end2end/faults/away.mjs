// A store of metadata that is away, or that somebody holds.
//
//   node away.mjs SECONDS_AWAY SECONDS_HELD
//
// O-FAULT-08: the way to a Postgres is cut while ten refreshes run and pages are looked at. O-FAULT-09: somebody holds its
// tables, or the file of the embedded store.
import { spawn } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Member, Server, sleep, until } from '../support/member.mjs';
import { Way, connectionString, database, psql } from '../support/postgres.mjs';

const [seconds, heldFor] = [Number(process.argv[2] ?? 6), Number(process.argv[3] ?? 6)];
const source = database('away_source');
const tables = Array.from({ length: 10 }, (_, at) => `t${at}`);
// Each takes some seconds to read.
psql(source, tables.map((name) => `create view ${name} as select n, pg_sleep(case when n % 500 = 0 then 0.1 end)::text as slow from generate_series(1, 20000) n`).join(';'));

// A page as a browser asks for it.
async function page(ann, path = '/data') {
  const began = Date.now();
  const answer = await fetch(ann.server.url + path, { headers: { cookie: ann.cookie, accept: 'text/html' } });
  return { status: answer.status, text: await answer.text(), after: answer.headers.get('retry-after'), took: Date.now() - began };
}
function heldInTime(pages, what) {
  for (const { status, text, after, took } of pages) {
    if (status === 200) continue;
    if (status !== 503 || !after) throw new Error(`${what}: ${status}, Retry-After: ${after}`);
    if (/sqlx|postgres|sqlite|pool|connection refused/i.test(text)) throw new Error(`${what}: it says ${text.slice(0, 500)}`);
    if (!/own database is busy/i.test(text)) throw new Error(`${what}: it does not say so: ${text.slice(0, 3000)}`);
    if (took > 12_000) throw new Error(`${what}: an answer after ${took} ms`);
  }
  return pages.filter(({ status }) => status === 503).length;
}
const open = (server) => readdirSync(`/proc/${server.child.pid}/fd`).length;

// The way to the store is cut while they run. Within their lease they wait for it, and go on; after that, another run is
// begun in the place of each. Answers what still runs.
async function cutOff(lease) {
  const store = database(`away_store_${lease}`);
  const way = new Way(store);
  await way.open();
  const server = new Server(['--database-url', way.address, '--refreshes-per-connection', '10', '--refreshes-at-once', '10']);
  server.lease = lease;
  await server.start();
  const ann = new Member(server);
  await ann.found();
  await ann.connect(connectionString(source));
  for (const { id } of ann.datasets) await ann.set(id);
  const running = () => Number(psql(store, "select count(*) from refresh_run where state = 'running'"));
  await until(() => running() === 10, 'ten refreshes');
  const before = open(server);
  way.cut();
  const cut = Date.now();
  const pages = [];
  while (Date.now() - cut < seconds * 1000) {
    pages.push(page(ann));
    await sleep((seconds * 1000) / 50);
  }
  await way.open();
  const refused = heldInTime(await Promise.all(pages), 'the store was away');
  if (refused === 0) throw new Error('no page was refused: was the store away?');
  await until(async () => (await page(ann)).status === 200, 'pages', 15);
  await until(() => running() === 0 && psql(store, "select count(*) from refresh where asked_at is not null or run_id <> ''") === '0', 'the refreshes', 120);
  // Each has its rows, once.
  const runs = psql(store, "select count(*), count(distinct dataset_id) from refresh_run where state = 'done'");
  if (runs !== '10|10') throw new Error(`runs: ${psql(store, 'select state, finding from refresh_run')}`);
  const others = psql(store, "select string_agg(distinct state, ',') from refresh_run where state <> 'done'");
  if (!['', 'lost'].includes(others)) throw new Error(`runs: ${others}`);
  const lost = Number(psql(store, "select count(*) from refresh_run where state = 'lost'"));
  if (lost !== 0 && lease > 2 * seconds) throw new Error(`${lost} were lost within their lease`);
  for (const { id } of ann.datasets) {
    const query = await ann.ask(id, 'm=count&mc=');
    if (query.result?.rows[0][0] !== '20000' || !query.snapshot) throw new Error(JSON.stringify(query));
  }
  console.log(`O-FAULT-08: ${JSON.stringify({ away_seconds: seconds, lease_seconds: lease, pages: pages.length, refused, refreshes: 10, begun_anew: lost })}`);
  return { store, way, server, ann, before };
}
const short = await cutOff(3);
if ((await short.server.signal('SIGTERM')) !== 0 || /panicked/.test(short.server.output)) throw new Error('it did not end well');
rmSync(short.server.data, { recursive: true, force: true });
short.way.cut();
const { store, way, server, ann, before } = await cutOff(90);

// O-FAULT-09, Postgres: all of its tables, held by one transaction.
const names = psql(store, "select string_agg(quote_ident(tablename), ', ') from pg_tables where schemaname = 'public'");
async function held(ann, holder, what) {
  const asked = [];
  const began = Date.now();
  while (Date.now() - began < heldFor * 1000) {
    asked.push(page(ann));
    await sleep(200);
  }
  const during = await Promise.all(asked);
  const writes = await ann.call('connections/test', { 'form[connection_string]': connectionString(source) }).then(() => 'done', (error) => error.message);
  // Its end is the end of what it holds.
  holder.stdin.end();
  const refused = heldInTime(during, what);
  await until(async () => (await page(ann)).status === 200, 'pages', 15);
  return { held_seconds: heldFor, pages: during.length, refused, writes: writes.slice(0, 40) };
}
const holder = spawn('psql', [store, '-qX'], { stdio: ['pipe', 'ignore', 'inherit'] });
holder.stdin.write(`begin;\nlock table ${names} in access exclusive mode;\n`);
await until(() => psql(store, "select count(*) from pg_locks where mode = 'AccessExclusiveLock' and granted") !== '0', 'the lock');
const postgres = await held(ann, holder, 'its tables were held');
if (postgres.refused === 0) throw new Error('no page was refused: were the tables held?');
await until(() => open(server) <= before + 5, `no pile of what waits: ${open(server)} files were open, ${before} before`, 30);
console.log(`O-FAULT-09 postgres: ${JSON.stringify(postgres)}`);
if ((await server.signal('SIGTERM')) !== 0) throw new Error('exit code');
rmSync(server.data, { recursive: true, force: true });

// O-FAULT-09, SQLite: readers go on beside a writer; who writes waits, and is told.
const embedded = new Server();
await embedded.start();
const bob = new Member(embedded);
await bob.found();
const files = open(embedded);
const file = spawn('sqlite3', [join(embedded.data, 'flitch.sqlite')], { stdio: ['pipe', 'pipe', 'inherit'] });
file.stdin.write('begin exclusive;\nselect 1;\n');
await new Promise((resolve) => file.stdout.once('data', resolve));
const sqlite = await held(bob, file, 'its file was held');
if (!/503/.test(sqlite.writes)) throw new Error(`a write was answered ${sqlite.writes}`);
await until(() => open(embedded) <= files + 5, 'no pile of what waits', 30);
console.log(`O-FAULT-09 sqlite: ${JSON.stringify(sqlite)}`);
if ((await embedded.signal('SIGTERM')) !== 0) throw new Error('exit code');
if (/panicked/.test(server.output + embedded.output)) throw new Error('something panicked');
rmSync(embedded.data, { recursive: true, force: true });
way.cut();
