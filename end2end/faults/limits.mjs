// A server that is told to stop, or that may have little of what it needs.
//
//   node limits.mjs MIB
//
// O-FAULT-23: SIGTERM under load. O-FAULT-24: few open files. O-FAULT-25: little address space, and four refreshes of so
// many MiB each.
import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { Member, Server, sleep, until } from '../support/member.mjs';
import { connectionString, database, psql } from '../support/postgres.mjs';

const mib = Number(process.argv[2] ?? 64);
const limited = (...limits) => (program, args) => spawn('prlimit', [...limits, program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
const sound = (server) => { if (/panicked|abort/.test(server.output)) throw new Error(server.output.slice(-2000)); };

// O-FAULT-23. Rows that come for a minute; half of a hundred pages and half of a hundred files that nobody reads to their
// end. Another server of the store goes on with what this one hands over.
const slow = database('limits_slow');
psql(slow, `create table pace as select 0.1 as seconds; create table wide as select n, repeat(md5(n::text), 8) as pad from generate_series(1, 40000) n;
  ${Array.from({ length: 10 }, (_, at) => `create view t${at} as select n, pg_sleep(case when n % 100 = 0 then (select seconds from pace) end)::text as slow from generate_series(1, 60000) n`).join(';')}`);
const store = database('limits_store');
const more = ['--database-url', store, '--refreshes-per-connection', '10', '--refreshes-at-once', '10'];
const server = new Server(more);
await server.start();
const ann = new Member(server);
await ann.found();
await ann.connect(connectionString(slow));
const [wide] = ann.datasets.filter(({ name }) => name === 'wide');
const views = ann.datasets.filter(({ name }) => name.startsWith('t'));
await ann.set(wide.id);
await until(async () => !(await ann.shown(wide.id)).is_moving, 'a snapshot to download');
for (const { id } of views) await ann.set(id);
const atSource = () => Number(psql(slow, `select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and state = 'active'`));
await until(() => atSource() === 10, 'ten statements at the source');
const other = new Server(more);
other.data = server.data;
await other.start();
const opened = (path) => new Promise((resolve, reject) => {
  const socket = connect(server.port, '127.0.0.1', () => {
    socket.write(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1:${server.port}\r\ncookie: ${ann.cookie}\r\n\r\n`);
    socket.once('data', (data) => { socket.pause(); resolve({ socket, status: String(data).slice(9, 12) }); });
  });
  socket.on('error', reject);
});
const { query } = await ann.call('queries/ask', { dataset_id: wide.id, view: '?view=rows' });
await until(async () => (await ann.call('queries/ask', { dataset_id: wide.id, view: '?view=rows' })).query.state === 'done', 'its first rows');
const file = `/query/${query.id}/result.csv`;
const streams = await Promise.all(Array.from({ length: 100 }, (_, at) => opened(at % 2 ? '/data' : file)));
const told = [...new Set(streams.map(({ status }) => status))].join();
if (told !== '200') throw new Error(`pages and files: ${told}`);
for (const { socket } of streams) { socket.removeAllListeners('error'); socket.on('error', () => {}); }
const asked = Date.now();
psql(slow, 'update pace set seconds = 0');
const code = await server.signal('SIGTERM');
const took = (Date.now() - asked) / 1000;
if (code !== 0 || took > 30) throw new Error(`exit code ${code} after ${took} s`);
for (const { socket } of streams) socket.destroy();
if (psql(store, "select count(*) from refresh where failures > 0") !== '0') throw new Error('a stop counted as a failure');
await until(() => psql(store, "select count(distinct dataset_id) from refresh_run where state = 'done'") === '11', 'all of them, made anew by the other', 20);
const handed = (Date.now() - asked) / 1000;
if (psql(store, "select string_agg(distinct state, ',' order by state) from refresh_run") !== 'done,lost') throw new Error('a run neither went on nor was handed over');
if (atSource() !== 0) throw new Error(`${atSource()} statements go on at the source`);
if ((await other.signal('SIGTERM')) !== 0) throw new Error('exit code');
sound(server);
sound(other);
rmSync(server.data, { recursive: true, force: true });
console.log(`O-FAULT-23: ${JSON.stringify({ refreshes: 10, pages_and_files_open: 100, ended_after_seconds: took, done_by_the_other_after_seconds: handed })}`);

// O-FAULT-24.
const few = new Server();
few.command = limited('--nofile=128:128');
await few.start();
const ticks = () => {
  const fields = readFileSync(`/proc/${few.child.pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return Number(fields[11]) + Number(fields[12]);
};
const crowd = Array.from({ length: 300 }, () => connect(few.port, '127.0.0.1').on('error', () => {}));
await sleep(1000);
const before = ticks();
await sleep(3000);
// A tick is a hundredth of a second.
const busy = (ticks() - before) / 3;
if (few.child.exitCode !== null) throw new Error('it ended');
if (busy > 20) throw new Error(`it spins: ${busy} % of a core`);
for (const socket of crowd) socket.destroy();
await until(() => fetch(`${few.url}/health/ready`).then((answer) => answer.ok, () => false), 'an answer again', 15);
if ((await few.signal('SIGTERM')) !== 0) throw new Error('exit code');
sound(few);
rmSync(few.data, { recursive: true, force: true });
console.log(`O-FAULT-24: ${JSON.stringify({ files: 128, sockets: 300, percent_of_a_core: Number(busy.toFixed(1)) })}`);

// O-FAULT-25.
const large = database('limits_large');
psql(large, Array.from({ length: 4 }, (_, at) => `create view t${at} as select n, repeat(md5(n::text), 32) as pad from generate_series(1, ${mib * 1000}) n`).join(';'));
const tight = new Server(['--refreshes-per-connection', '4', '--refreshes-at-once', '4']);
tight.command = limited(`--as=${1024 ** 3}`);
await tight.start();
const carl = new Member(tight);
await carl.found();
await carl.connect(connectionString(large));
for (const { id } of carl.datasets) await carl.set(id);
const began = Date.now();
let pages = 0;
for (const { id } of carl.datasets) {
  await until(async () => { pages += 1; return !(await carl.shown(id)).is_moving; }, 'a refresh', 900);
  const { result } = await carl.ask(id, 'm=count&mc=');
  if (result?.rows[0][0] !== String(mib * 1000)) throw new Error(JSON.stringify(await carl.shown(id)));
}
const peak = Number(/VmPeak:\s+(\d+)/.exec(readFileSync(`/proc/${tight.child.pid}/status`, 'utf8'))[1]) / 1024;
if ((await tight.signal('SIGTERM')) !== 0) throw new Error('exit code');
sound(tight);
rmSync(tight.data, { recursive: true, force: true });
console.log(`O-FAULT-25: ${JSON.stringify({ tables: 4, mib_each: mib, peak_of_address_space_mib: Math.round(peak), seconds: (Date.now() - began) / 1000, pages_meanwhile: pages })}`);
