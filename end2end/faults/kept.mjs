// What was acknowledged is kept, whenever the process is killed.
//
//   node kept.mjs SAVES ROTATIONS STARTS sqlite|postgres|sqlite,postgres
//
// O-FAULT-02: right after a connection was saved. O-FAULT-03: in the middle of a rotation of keys. O-FAULT-04: while the
// first start makes the schema.
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Member, Server, freePort, sleep, until } from '../support/member.mjs';
import { connectionString, database, psql } from '../support/postgres.mjs';

const [saves, rotations, starts] = [2, 3, 4].map((at) => Number(process.argv[at] ?? 20));
const flitch = join(process.env.FLITCH_TARGET, 'debug/flitch');
const source = database('kept_source');
psql(source, 'create table t as select 1 as n');

// O-FAULT-02. A check of what was saved signs in with it: it is there, and it opens.
// Each of them is checked, too many for one person in a minute.
const server = new Server(['--checks-per-minute', '10000']);
await server.start();
const ann = new Member(server);
await ann.found();
const ledger = { killed_after_the_answer: 0, killed_in_the_middle: 0, acknowledged: 0, killed_before_the_answer: 0 };
const acknowledged = [];
for (let at = 0; at < 2 * saves; at += 1) {
  const { id } = await ann.draft(connectionString(source));
  // Every other time somewhere in the middle of it, and else at once after the answer.
  const saved = ann.call('connections/save', { id }).then(() => true, () => false);
  const isAfter = at % 2 === 0;
  ledger[isAfter ? 'killed_after_the_answer' : 'killed_in_the_middle'] += 1;
  if (isAfter && !(await saved)) throw new Error('a connection was not saved');
  if (!isAfter) await sleep(Math.random() * 12);
  await server.signal('SIGKILL');
  if (await saved) acknowledged.push(id);
  else ledger.killed_before_the_answer += 1;
  await server.start();
}
ledger.acknowledged = acknowledged.length;
async function checked(id) {
  await ann.call('checks/start', { connection_id: id });
  return ann.outcome(id, /checks\/([^/?]+)/.exec(ann.location)[1]);
}
for (const id of acknowledged) {
  const outcome = await checked(id);
  if (!['passed', 'warned'].includes(outcome)) throw new Error(`a saved connection is ${outcome}`);
}
console.log(`O-FAULT-02: ${JSON.stringify(ledger)}`);

// O-FAULT-03. Each connection's password and each statement's text is sealed.
for (let at = 0; at < 150; at += 1) {
  await ann.call('queries/run', { 'form[connection_id]': acknowledged[0], 'form[sql]': `select ${at}` });
  await until(async () => !/data-state="(waiting|running)"/.test(JSON.stringify(await ann.call('queries/queue', {}))), 'a query');
}
if ((await server.signal('SIGTERM')) !== 0) throw new Error('exit code');
const key = (...args) => spawnSync(flitch, ['key', ...args, '--data', server.data], { encoding: 'utf8' });
const good = (ran) => { if (ran.status !== 0) throw new Error(ran.stdout + ran.stderr); return ran.stdout; };
const began = performance.now();
good(key('add'));
good(key('rotate'));
const whole = performance.now() - began;
// As many as were killed before their end.
const kills = { killed: 0, ended_first: 0 };
while (kills.killed < rotations) {
  good(key('add'));
  const rotating = spawn(flitch, ['key', 'rotate', '--data', server.data], { stdio: 'ignore' });
  const ended = new Promise((resolve) => rotating.once('exit', (code, signal) => resolve(signal)));
  await sleep(Math.random() * whole);
  rotating.kill('SIGKILL');
  kills[(await ended) ? 'killed' : 'ended_first'] += 1;
  // Opens every record: nothing is sealed with what is not there. And a second run finishes what the first began.
  good(key('rotate', '--dry-run'));
  good(key('rotate'));
  const used = good(key('status')).split('\n').filter((line) => /[1-9]\d* record/.test(line));
  if (used.length !== 1 || !used[0].includes('active')) throw new Error(used.join('\n'));
}
await server.start();
const opened = await checked(acknowledged.at(-1));
if (!['passed', 'warned'].includes(opened)) throw new Error(opened);
await server.signal('SIGTERM');
rmSync(server.data, { recursive: true, force: true });
console.log(`O-FAULT-03: ${JSON.stringify(kills)}`);

// How many steps of the schema a killed start had made: asked of a copy, for what it left is the next start's to find.
const STEPS = readdirSync(new URL('../../server/store/migrations/sqlite', import.meta.url)).length;
function steps(young) {
  const copy = new Server(young.more);
  cpSync(young.data, copy.data, { recursive: true });
  try {
    return Number(copy.stored('select count(*) from _sqlx_migrations'));
  } catch (error) {
    // Not even that table.
    if (/no such table|does not exist/.test(error.stderr)) return 0;
    throw error;
  } finally {
    rmSync(copy.data, { recursive: true });
  }
}

// O-FAULT-04. Whatever a killed start left of the schema, the next start makes it whole.
for (const kind of (process.argv[5] ?? 'sqlite').split(',')) {
  const found = { before: 0, 'in the middle': 0, after: 0, slowest_ms: 0 };
  const schemas = new Set();
  const fresh = (name) => new Server(kind === 'postgres' ? ['--database-url', database(`kept_store_${name}`)] : []);
  const calm = fresh('calm');
  const whole = await calm.start();
  await calm.signal('SIGTERM');
  // As many as were killed with some of the steps made and some not: an older schema is what the next start finds.
  // Kills come where others before them met neither too little nor too much, as starts take differently long.
  let [early, late] = [0, whole];
  for (let at = 0; found['in the middle'] < starts; at += 1) {
    if (at > 40 * (starts + 5)) throw new Error(`few kills met a migration: ${JSON.stringify(found)}`);
    if (late - early < whole / 20) [early, late] = [0, whole];
    const moment = early + Math.random() * (late - early);
    const young = fresh(at);
    young.port = await freePort();
    const first = spawn(flitch, young.args(), { stdio: 'ignore' });
    const gone = new Promise((resolve) => first.once('exit', resolve));
    await sleep(moment);
    first.kill('SIGKILL');
    await gone;
    const made = steps(young);
    if (made === 0) early += (moment - early) / 2;
    if (made === STEPS) late -= (late - moment) / 2;
    found[made === 0 ? 'before' : made < STEPS ? 'in the middle' : 'after'] += 1;
    found.slowest_ms = Math.max(found.slowest_ms, await young.start());
    await new Member(young).found();
    if ((await young.signal('SIGTERM')) !== 0) throw new Error('exit code');
    const tables = kind === 'postgres'
      ? young.stored("select string_agg(concat_ws(' ', table_name, column_name, data_type, is_nullable, column_default), ',' order by table_name, column_name) from information_schema.columns where table_schema = 'public'")
      : spawnSync('sqlite3', [join(young.data, 'flitch.sqlite'), '.schema'], { encoding: 'utf8' }).stdout;
    schemas.add(tables);
    rmSync(young.data, { recursive: true, force: true });
  }
  rmSync(calm.data, { recursive: true, force: true });
  if (schemas.size !== 1) throw new Error(`${schemas.size} different schemas`);
  console.log(`O-FAULT-04 ${kind}: ${JSON.stringify(found)}`);
}
