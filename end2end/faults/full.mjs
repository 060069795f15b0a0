// Full disks.
//
// O-FAULT-06: in the middle of a snapshot. What was served stays, marked stale with the reason; nothing unfinished is left;
// and it goes on by itself once there is room. O-FAULT-05: under the embedded store. O-FAULT-07: under the log.
//
// What fills up is a small file system of its own, which takes a name space of mounts: `unshare` makes one.
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Member, Server, freePort, until } from '../support/member.mjs';
import { connectionString, database, psql } from '../support/postgres.mjs';

// The server runs inside the name space; what this process sees of the folder is through the server's own /proc.
const onSmall = (folder, size) => (program, args) =>
  spawn('unshare', ['--mount', ...(process.getuid() === 0 ? [] : ['--map-root-user']), 'sh', '-c', `mount -t tmpfs -o size=${size} tmpfs '${folder}' && exec "$0" "$@"`, program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
const source = database('full');
psql(source, 'create table t as select n, md5(n::text) as pad from generate_series(1, 20000) n');

const server = new Server();
const folder = join(server.data, 'snapshots');
mkdirSync(folder);
server.command = onSmall(folder, '2m');
await server.start();
const inside = () => readdirSync(`/proc/${server.child.pid}/root${folder}`, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => entry.name);
const ann = new Member(server);
await ann.found();
await ann.connect(connectionString(source));
const [{ id }] = ann.datasets;
await ann.set(id);
const ended = async () => until(async () => !(await ann.shown(id)).is_moving, 'the end of a run');
const count = async () => (await ann.ask(id, 'm=count&mc=')).result.rows[0][0];
await ended();
if ((await count()) !== '20000') throw new Error('nothing is served');
const before = inside();

psql(source, 'insert into t select n, md5(n::text) || md5((-n)::text) from generate_series(20001, 400000) n');
await ann.refresh(id);
await ended();
const shown = await ann.shown(id);
if (!/data-state="stale"/.test(shown.strip) || !/snapshots_full/.test(shown.details)) throw new Error(JSON.stringify(shown));
if ((await count()) !== '20000') throw new Error('what was served is gone');
if (JSON.stringify(inside()) !== JSON.stringify(before)) throw new Error(`left behind: ${inside()}`);

psql(source, 'delete from t where n > 21000');
await ann.refresh(id);
await ended();
if ((await count()) !== '21000') throw new Error('it does not go on');
if ((await server.signal('SIGTERM')) !== 0) throw new Error('exit code');
rmSync(server.data, { recursive: true, force: true });
console.log('O-FAULT-06: a full disk left the last good snapshot served, and nothing behind');

// O-FAULT-05.
const crammed = new Server();
crammed.command = onSmall(crammed.data, '64m');
await crammed.start();
const within = (path) => `/proc/${crammed.child.pid}/root${crammed.data}/${path}`;
const bob = new Member(crammed);
// Its folder can be looked into from inside only.
await bob.found(readFileSync(within('setup-code'), 'utf8'));
const kept = await bob.draft(connectionString(source));
await bob.call('connections/save', { id: kept.id });
const draft = await bob.draft(connectionString(source));
const fill = () => {
  const file = openSync(within('filler'), 'a');
  try { for (;;) writeSync(file, Buffer.alloc(4096)); } catch (error) { if (error.code !== 'ENOSPC') throw error; } finally { closeSync(file); }
};
fill();
const list = async () => (await bob.call('connections/list', {})).map(({ id }) => id);
const told = [];
for (let at = 0; at < 200 && told.length === 0; at += 1) {
  // What room the store still has in its own files is used up first.
  const answer = await bob.call('connections/test', { 'form[connection_string]': connectionString(source) }).then(() => null, (error) => error.message);
  if (answer) told.push(answer);
  fill();
}
const refused = await bob.call('connections/save', { id: draft.id }).then(() => 'saved', (error) => error.message);
if (!/507.*storage_full/.test(told[0]) || !/507.*storage_full/.test(refused)) throw new Error(`${told[0]}; ${refused}`);
if (JSON.stringify(await list()) !== JSON.stringify([kept.id])) throw new Error('half saved');
const page = await fetch(`${crammed.url}/data`, { headers: { cookie: bob.cookie, accept: 'text/html' } });
if (page.status !== 200) throw new Error(`a page is ${page.status}`);
rmSync(within('filler'));
await bob.call('connections/save', { id: draft.id });
if ((await list()).length !== 2) throw new Error('it does not go on');
if ((await crammed.signal('SIGTERM')) !== 0 || /panicked/.test(crammed.output)) throw new Error('it did not end well');
console.log('O-FAULT-05: a full disk under the store: storage_full, nothing half saved, and on when there was room');

// O-FAULT-07.
const mute = new Server();
const metrics = await freePort();
mute.more = ['--metrics-listen', `127.0.0.1:${metrics}`];
mute.command = (program, args) => spawn('sh', ['-c', 'exec "$0" "$@" 2>/dev/full', program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
await mute.start();
const carl = new Member(mute);
await carl.found();
await carl.connect(connectionString(source));
const [, dropped] = /flitch_log_lines_dropped_total (\d+)/.exec(await (await fetch(`http://127.0.0.1:${metrics}/metrics`)).text()) ?? [];
if (!(Number(dropped) > 0)) throw new Error(`${dropped} dropped lines`);
if ((await mute.signal('SIGTERM')) !== 0) throw new Error('exit code');
for (const { data } of [crammed, mute]) rmSync(data, { recursive: true, force: true });
console.log(`O-FAULT-07: a full disk under the log: ${dropped} lines counted as dropped, and everything goes on`);
