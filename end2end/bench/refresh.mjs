// 2,000,000 rows of 11 columns out of a PostgreSQL over TLS: unread, as Arrow, as Parquet, and by three peers that do
// the same job. Each runs in a process of its own, in turns, so that all see the same machine. Medians.
import { spawnSync } from 'node:child_process';

const [drain, python] = process.argv.slice(2);
const rounds = Number(process.env.FLITCH_BENCH_ROUNDS ?? 3);
const rows = Number(process.env.FLITCH_BENCH_ROWS ?? 2_000_000);
const server = new URL(process.env.FLITCH_TEST_POSTGRES);

const psql = (sql) => {
  const ran = spawnSync('psql', [server.href, '-qX', '-v', 'ON_ERROR_STOP=1', '-c', sql], { encoding: 'utf8' });
  if (ran.status !== 0) throw new Error(ran.stderr);
};
psql(`create table bench as
  select n::bigint as id, (n % 50000)::int as customer, (n % 400)::smallint as day_number,
         (n * 37 % 1000000 / 100.0)::numeric(12,2) as price, random() as score, n % 3 = 0 as is_new,
         date '2020-01-01' + n % 2000 as day, timestamp '2020-01-01' + n * interval '31 seconds' as made_at,
         'customer ' || n % 50000 as name, md5(n::text) as hash, case when n % 5 = 0 then null else 'note ' || n end as note
  from generate_series(1, ${rows}) as n`);
psql('vacuum analyze bench');

const statement = 'select * from bench';
const place = [server.hostname, server.port, server.username, server.password, server.pathname.slice(1)];
const url = `${server.href}?sslmode=require`;
const ours = (how) => [drain, [how, ...place, statement]];
const theirs = (how) => [python, [new URL('peers.py', import.meta.url).pathname, how, url, statement]];
const contestants = {
  'Flitch, unread': ours('unread'),
  'Flitch, to Arrow': ours('arrow'),
  'Flitch, to Parquet': ours('parquet'),
  'connectorx, to Parquet': theirs('connectorx'),
  'ADBC, to Parquet': theirs('adbc'),
  'pandas, to Parquet': theirs('pandas'),
};

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const results = new Map(Object.keys(contestants).map((name) => [name, []]));
for (let round = 0; round < rounds; round += 1) {
  for (const [name, [program, args]] of Object.entries(contestants)) {
    const ran = spawnSync(program, args, { encoding: 'utf8' });
    if (ran.status !== 0) throw new Error(`${name}: ${ran.stderr}`);
    const result = JSON.parse(ran.stdout.trim().split('\n').at(-1));
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
