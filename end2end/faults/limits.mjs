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

// O-FAULT-23. Rows that come for a minute, and pages that nobody reads to their end.
const slow = database('limits_slow');
psql(slow, Array.from({ length: 10 }, (_, at) => `create view t${at} as select n, pg_sleep(case when n % 100 = 0 then 0.1 end)::text as slow from generate_series(1, 60000) n`).join(';'));
const store = database('limits_store');
const server = new Server(['--database-url', store, '--refreshes-per-connection', '10', '--refreshes-at-once', '10']);
await server.start();
const ann = new Member(server);
await ann.found();
await ann.connect(connectionString(slow));
for (const { id } of ann.datasets) await ann.set(id);
const atSource = () => Number(psql(slow, `select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and state = 'active'`));
await until(() => atSource() === 10, 'ten statements at the source');
const streams = await Promise.all(Array.from({ length: 100 }, () => new Promise((resolve, reject) => {
  const socket = connect(server.port, '127.0.0.1', () => {
    socket.write(`GET /data HTTP/1.1\r\nhost: 127.0.0.1:${server.port}\r\ncookie: ${ann.cookie}\r\n\r\n`);
    socket.once('data', () => { socket.pause(); resolve(socket); });
  });
  socket.on('error', reject);
})));
for (const socket of streams) { socket.removeAllListeners('error'); socket.on('error', () => {}); }
const asked = Date.now();
const code = await server.signal('SIGTERM');
const took = (Date.now() - asked) / 1000;
if (code !== 0 || took > 30) throw new Error(`exit code ${code} after ${took} s`);
if (atSource() !== 0) throw new Error(`${atSource()} statements go on at the source`);
if (psql(store, "select count(*) from refresh where run_id <> ''") !== '0') throw new Error('a run was not handed over');
if (psql(store, "select count(*) from refresh where failures > 0") !== '0') throw new Error('a stop counted as a failure');
for (const socket of streams) socket.destroy();
psql(slow, Array.from({ length: 10 }, (_, at) => `create or replace view t${at} as select n, ''::text as slow from generate_series(1, 10) n`).join(';'));
await server.start();
await until(() => psql(store, "select count(distinct dataset_id) from refresh_run where state = 'done'") === '10', 'all of them, made anew');
await server.signal('SIGTERM');
sound(server);
rmSync(server.data, { recursive: true, force: true });
console.log(`O-FAULT-23: ${JSON.stringify({ refreshes: 10, streams: 100, ended_after_seconds: took })}`);

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
