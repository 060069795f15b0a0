// O-FAULT-06: the disk is full in the middle of a snapshot. What was served stays, marked stale with the reason; nothing
// unfinished is left; and it goes on by itself once there is room.
//
// The snapshots lie on a small file system of their own, which takes a name space of mounts: `unshare` makes one.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Member, Server, until } from './member.mjs';

const root = process.env.FLITCH_TEST_POSTGRES;
const psql = (url, sql) => execFileSync('psql', [url, '-AtqX', '-v', 'ON_ERROR_STOP=1', '-c', sql], { encoding: 'utf8' }).trim();
psql(root, `create database full_${process.pid}`);
const source = root.replace(/\/[^/]*$/, `/full_${process.pid}`);
psql(source, 'create table t as select n, md5(n::text) as pad from generate_series(1, 20000) n');

const server = new Server();
const folder = join(server.data, 'snapshots');
mkdirSync(folder);
// The server runs inside the name space; what this process sees of the folder is through the server's own /proc.
server.command = (program, args) =>
  spawn('unshare', ['--mount', ...(process.getuid() === 0 ? [] : ['--map-root-user']), 'sh', '-c', `mount -t tmpfs -o size=2m tmpfs '${folder}' && exec "$0" "$@"`, program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
await server.start();
const inside = () => readdirSync(`/proc/${server.child.pid}/root${folder}`, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => entry.name);
const ann = new Member(server);
await ann.found();
const { host } = new URL(source.replace('postgres:', 'http:'));
await ann.connect(`postgresql://flitch:flitch@${host}/full_${process.pid}`);
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
