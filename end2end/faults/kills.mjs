// O-FAULT-01: kill -9 at each point of a refresh, and what a restart finds.
//
//   node kills.mjs KILLS sqlite|postgres
//
// The source's rows all carry the number of their generation. Whatever is served afterwards has all rows of one
// generation: the last good one, or the new one, and never a mix. The run that was lost is made again by itself.
import { rmSync } from 'node:fs';
import { Member, Server, sleep, until } from '../support/member.mjs';
import { connectionString, database, psql } from '../support/postgres.mjs';

const [kills, kind] = [Number(process.argv[2] ?? 20), process.argv[3] ?? 'sqlite'];
const POINTS = ['claimed', 'connected', 'first rows', 'read', 'written', 'before the switch', 'after the switch', 'ended'];
const ROWS = 20_000;

const source = database('kills_source');
const store = kind === 'postgres' ? ['--database-url', database('kills_store')] : [];
let generation = 0;
const next = () => {
  generation += 1;
  psql(source, `begin; truncate t; insert into t select n, ${generation}, repeat('x', 40) from generate_series(1, ${ROWS}) n; commit`);
};
psql(source, 'create table t (n int, g int, pad text)');
next();

const server = new Server(store);
await server.start();
const ann = new Member(server);
await ann.found();
await ann.connect(connectionString(source));
const [{ id }] = ann.datasets;
// Due by itself in a month: whatever runs meanwhile was asked for, or lost.
await ann.set(id, 'days', 30);

// What is served: from a snapshot, all rows, of one generation.
async function served() {
  const query = await ann.ask(id, 'm=count&mc=&m=min&mc=g&m=max&mc=g');
  if (!query.result || !query.snapshot) throw new Error(`not served from a snapshot: ${JSON.stringify(query)}`);
  const [count, least, most] = query.result.rows[0].map(Number);
  if (count !== ROWS || least !== most) throw new Error(`torn: ${count} rows of generations ${least} to ${most}`);
  return least;
}

await until(async () => !(await ann.shown(id)).is_moving, 'the first run');
const ledger = { kills: 0, 'old one served': 0, 'new one served': 0, runs_lost: 0, slow_starts: 0, slowest_start_ms: 0, slowest_anew_ms: 0 };
let good = await served();

// Each generation was counted once; whatever else began was lost by a kill, at most one run each time; nothing is under
// way; and the schedule stands.
function counted() {
  const states = Object.fromEntries(server.stored('select state, count(*) from refresh_run group by 1').split('\n').map((line) => line.split('|')));
  const { done, lost = 0, ...others } = states;
  if (Number(done) !== generation || Number(lost) > ledger.kills || Object.keys(others).length > 0) {
    throw new Error(`${generation} generations, ${ledger.kills} kills, and runs: ${JSON.stringify(states)}`);
  }
  ledger.runs_lost = Number(lost);
  const rests = server.stored("select count(*) from refresh where next_at is not null and run_id = '' and failures = 0 and halt = ''");
  if (rests !== '1') throw new Error(`its schedule is gone: ${server.stored('select next_at, run_id, failures, halt from refresh')}`);
}
counted();
for (let at = 0; at < kills; at += 1) {
  next();
  const point = POINTS[at % POINTS.length];
  const reached = server.line(new RegExp(`run [0-9a-f-]+: ${point}$`));
  await ann.refresh(id);
  await reached;
  await sleep(Math.random() * 12);
  await server.signal('SIGKILL');
  const took = await server.start();
  ledger.slowest_start_ms = Math.max(ledger.slowest_start_ms, took);
  if (took > 5000) {
    // A machine with other work to do may hold one up; more than that is the program's own.
    ledger.slow_starts += 1;
    if (ledger.slow_starts > 1 + kills / 100) throw new Error(`ready after ${took} ms: ${JSON.stringify(ledger)}`);
  }
  const found = await served();
  if (found !== good && found !== generation) throw new Error(`generation ${found} is served, neither ${good} nor ${generation}`);
  ledger.kills += 1;
  ledger[found === good ? 'old one served' : 'new one served'] += 1;
  // The lost run is made again, without anybody asking.
  const ready = Date.now();
  await until(async () => (await served()) === generation, `generation ${generation} after a kill at “${point}”`, 30);
  await until(async () => !(await ann.shown(id)).is_moving, 'the end of all runs');
  ledger.slowest_anew_ms = Math.max(ledger.slowest_anew_ms, Date.now() - ready);
  // A lease, and what the run takes.
  if (ledger.slowest_anew_ms > server.lease * 1000 + 10_000) throw new Error(`made anew after ${ledger.slowest_anew_ms} ms`);
  counted();
  good = generation;
  if (ledger.kills % 100 === 0) console.log(JSON.stringify(ledger));
}
const code = await server.signal('SIGTERM');
if (code !== 0) throw new Error(`exit code ${code}`);
if (/panicked/.test(server.output)) throw new Error('something panicked');
rmSync(server.data, { recursive: true, force: true });
console.log(`O-FAULT-01 ${kind}: ${JSON.stringify(ledger)}`);
