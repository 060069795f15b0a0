// How long after its time a refresh starts, where 1,000 datasets have a schedule of their own: two minutes of runs, each
// dataset once a minute, beside the work that they are.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Member, Server, sleep } from '../support/member.mjs';
import { connectionString, database, psql } from '../support/postgres.mjs';
import { memory } from './app.mjs';

const [program] = process.argv.slice(2);
const count = Number(process.env.FLITCH_BENCH_SCHEDULES ?? 1000);
const source = database('bench_schedules');
psql(source, `do $$ begin for n in 1..${count} loop execute format('create table t_%s as select n from generate_series(1, 50) n', n); end loop; end $$`);
const server = new Server(['--refresh-minutes', '1', '--refreshes-per-connection', '4'], program);
server.log = 'error';
await server.start();
const ann = new Member(server);
await ann.found();
await ann.connect(connectionString(source));
await ann.call('refreshes/set-all', {
  connection_id: ann.connection, 'schedule[unit]': 'minutes', 'schedule[every]': 1, 'schedule[at]': '03:00', 'schedule[zone]': 'UTC',
});
const sqlite = (sql) => spawnSync('sqlite3', [join(server.data, 'flitch.sqlite'), sql], { encoding: 'utf8' }).stdout.trim();
// The first run of each is asked for at once, and is no part of this.
while (Number(sqlite("select count(*) from refresh_run where state = 'done'")) < count) await sleep(500);
const since = sqlite('select max(started_at) from refresh_run');
memory.forget(server.child.pid);
await sleep(120_000);
const late = sqlite(`select (started_at - due_at) / 1000.0 from refresh_run where started_at > ${since} and cause = 'schedule' order by 1`).split('\n').map(Number);
const failed = sqlite(`select count(*) from refresh_run where state not in ('done', 'running')`);
const share = (part) => late[Math.min(late.length - 1, Math.floor(late.length * part))].toFixed(0);
console.log(`bench: ${count.toLocaleString('en')} schedules, each once a minute: ${late.length} runs in 2 minutes, ${failed} failed; started ${share(0.5)} ms after their time at the median, ${share(0.95)} ms at the 95th percentile, ${share(1)} ms at worst; the server's peak is ${memory.peak(server.child.pid).toFixed(0)} MB`);
await server.signal('SIGTERM');
rmSync(server.data, { recursive: true, force: true });
