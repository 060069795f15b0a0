// 2,000,000 rows of 11 columns out of a PostgreSQL over TLS: unread, as Arrow, as Parquet, as a refresh of the server, and by
// three peers that do the same job. Each runs in a process of its own, in turns, so that all see the same machine. Medians.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { Member, Server } from '../support/member.mjs';
import { connectionString } from '../support/postgres.mjs';
import { columns } from './rows.mjs';
import { median, memory } from './app.mjs';

const [drain, python, flitch] = process.argv.slice(2);
const rounds = Number(process.env.FLITCH_BENCH_ROUNDS ?? 3);
const rows = Number(process.env.FLITCH_BENCH_ROWS ?? 2_000_000);
const server = new URL(process.env.FLITCH_TEST_POSTGRES);

const psql = (sql) => {
  const ran = spawnSync('psql', [server.href, '-qX', '-v', 'ON_ERROR_STOP=1', '-c', sql], { encoding: 'utf8' });
  if (ran.status !== 0) throw new Error(ran.stderr);
};
psql(`create table bench as ${columns(rows)}`);
psql('vacuum analyze bench');

const statement = 'select * from bench';
const place = [server.hostname, server.port, server.username, server.password, server.pathname.slice(1)];
const url = `${server.href}?sslmode=require`;
const ours = (how) => [drain, [how, ...place, statement]];
const theirs = (how) => [python, [new URL('peers.py', import.meta.url).pathname, how, url, statement]];
// The whole of it in a server that has just started: claimed, read, written, checked, switched to.
async function refreshed() {
  const own = new Server([], flitch);
  own.log = 'info';
  await own.start();
  const ann = new Member(own);
  await ann.found();
  await ann.connect(connectionString(server.href));
  const ended = own.line(/refresh ended/);
  const rest = memory.now(own.child.pid);
  memory.forget(own.child.pid);
  await ann.set(ann.datasets.find(({ name }) => name === 'bench').id);
  const line = (await ended).replaceAll(/\x1b\[\d+m/g, '');
  const of = (name) => Number(new RegExp(`${name}=(\\d+)`).exec(line)[1]);
  const result = { rows: of('rows'), seconds: of('duration_ms') / 1000, peak_mb: memory.peak(own.child.pid), rest_mb: rest };
  await own.signal('SIGTERM');
  rmSync(own.data, { recursive: true, force: true });
  return result;
}
function run(name, [program, args]) {
  const ran = spawnSync(program, args, { encoding: 'utf8' });
  if (ran.status !== 0) throw new Error(`${name}: ${ran.stderr}`);
  return JSON.parse(ran.stdout.trim().split('\n').at(-1));
}
const contestants = {
  'Flitch, unread': ours('unread'),
  'Flitch, to Arrow': ours('arrow'),
  'Flitch, to Parquet': ours('parquet'),
  'Flitch, a refresh': refreshed,
  'connectorx, to Parquet': theirs('connectorx'),
  'ADBC, to Parquet': theirs('adbc'),
  'pandas, to Parquet': theirs('pandas'),
};

const results = new Map(Object.keys(contestants).map((name) => [name, []]));
for (let round = 0; round < rounds; round += 1) {
  for (const [name, contestant] of Object.entries(contestants)) {
    const result = typeof contestant === 'function' ? await contestant() : run(name, contestant);
    if (result.rows !== rows) throw new Error(`${name}: ${result.rows} rows`);
    results.get(name).push(result);
  }
}
const seconds = (name) => median(results.get(name).map((result) => result.seconds));
const base = seconds('Flitch, unread');
console.log(`bench: ${rows.toLocaleString('en')} rows x 11 columns over TLS, medians of ${rounds}`);
for (const [name, runs] of results) {
  const peak = Math.max(...runs.map((run) => run.peak_mb));
  const ratio = (seconds(name) / base).toFixed(2);
  console.log(`bench: ${name.padEnd(24)} ${seconds(name).toFixed(2).padStart(6)} s   ${ratio.padStart(5)} x unread   ${peak.toFixed(0).padStart(5)} MB at most`);
}
