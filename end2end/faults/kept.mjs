// What was acknowledged is kept, whenever the process is killed.
//
//   node kept.mjs SAVES ROTATIONS STARTS sqlite|postgres|sqlite,postgres
//
// O-FAULT-02: right after a connection was saved. O-FAULT-03: in the middle of a rotation of keys. O-FAULT-04: while the
// first start makes the schema.
import { spawn, spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Member, Server, freePort, sleep, until } from '../support/member.mjs';
import { connectionString, database, psql } from '../support/postgres.mjs';

const [saves, rotations, starts] = [2, 3, 4].map((at) => Number(process.argv[at] ?? 20));
const flitch = join(process.env.FLITCH_TARGET, 'debug/flitch');
const source = database('kept_source');
psql(source, 'create table t as select 1 as n');

// O-FAULT-02. A check of what was saved signs in with it: it is there, and it opens.
const server = new Server();
await server.start();
const ann = new Member(server);
await ann.found();
const ledger = { saves: 0, acknowledged: 0, killed_before_the_answer: 0 };
const acknowledged = [];
for (; ledger.saves < saves; ledger.saves += 1) {
  const { id } = await ann.draft(connectionString(source));
  // Every other time somewhere in the middle of it, and else at once after the answer.
  const saved = ann.call('connections/save', { id }).then(() => true, () => false);
  if (ledger.saves % 2 === 0) await saved;
  else await sleep(Math.random() * 8);
  await server.signal('SIGKILL');
  if (await saved) acknowledged.push(id);
  else ledger.killed_before_the_answer += 1;
  await server.start();
}
ledger.acknowledged = acknowledged.length;
// As soon as it may: so many checks a minute are somebody's.
async function checked(id) {
  await until(() => ann.call('checks/start', { connection_id: id }).then(() => true, (error) => {
    if (!/ 429 /.test(error.message)) throw error;
    return sleep(500);
  }), 'a check');
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
const kills = { rotations: 0, killed: 0, ended_first: 0 };
for (; kills.rotations < rotations; kills.rotations += 1) {
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

// O-FAULT-04. Whatever a killed start left of the schema, the next start makes it whole.
for (const kind of (process.argv[5] ?? 'sqlite').split(',')) {
  const found = { starts: 0, slowest_ms: 0 };
  const schemas = new Set();
  for (; found.starts < starts; found.starts += 1) {
    const store = kind === 'postgres' ? database(`kept_store_${found.starts}`) : undefined;
    const young = new Server(store ? ['--database-url', store] : []);
    young.port = await freePort();
    const first = spawn(flitch, young.args(), { stdio: 'ignore' });
    const gone = new Promise((resolve) => first.once('exit', resolve));
    await sleep(Math.random() * 150);
    first.kill('SIGKILL');
    await gone;
    found.slowest_ms = Math.max(found.slowest_ms, await young.start());
    await new Member(young).found();
    if ((await young.signal('SIGTERM')) !== 0) throw new Error('exit code');
    const tables = store
      ? psql(store, "select string_agg(table_name || '.' || column_name, ',' order by 1) from information_schema.columns where table_schema = 'public'")
      : spawnSync('sqlite3', [join(young.data, 'flitch.sqlite'), '.schema'], { encoding: 'utf8' }).stdout;
    schemas.add(tables);
    rmSync(young.data, { recursive: true, force: true });
  }
  if (schemas.size !== 1) throw new Error(`${schemas.size} different schemas`);
  console.log(`O-FAULT-04 ${kind}: ${JSON.stringify(found)}`);
}
