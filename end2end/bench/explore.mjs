// Questions of the explorer to a snapshot of 10,000,000 rows × 11, beside DuckDB on the same file, in turn: medians, and the peak
// memory of both while they answer. Flitch's time is the one it shows: from the question to the last row kept.
import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Member, Server } from '../support/member.mjs';
import { connectionString, database, psql } from '../support/postgres.mjs';
import { columns } from './rows.mjs';
import { median, memory } from './app.mjs';

const [program, python] = process.argv.slice(2);
const rows = Number(process.env.FLITCH_BENCH_MANY_ROWS ?? 10_000_000);
const rounds = Number(process.env.FLITCH_BENCH_ROUNDS ?? 5);
// What both may use to answer: Flitch's default.
const MIB = 512;
const QUESTIONS = [
  ['how many rows', 'm=count&mc=', 'select count(*) from {file}'],
  ['sum and average of 400 groups', 'm=sum&mc=price&m=average&mc=price&g=day_number', 'select day_number, sum(price), avg(price) from {file} group by 1 order by 2 desc limit 100'],
  ['50,000 groups of a text', 'm=count&mc=&m=max&mc=score&g=name', 'select name, count(*), max(score) from {file} group by 1 order by 2 desc limit 100'],
  ['by month', 'm=sum&mc=price&g=made_at&gb=month', "select date_trunc('month', made_at), sum(price) from {file} group by 1 order by 1 limit 100"],
  ['different customers by month', 'm=distinct&mc=customer&g=made_at&gb=month', "select date_trunc('month', made_at), count(distinct customer) from {file} group by 1 order by 1 limit 100"],
  ['of some days', 'm=sum&mc=price&g=is_new&f=day&fo=ge&fv=2022-01-01', "select is_new, sum(price) from {file} where day >= date '2022-01-01' group by 1 order by 2 desc limit 100"],
  ['a text that contains', 'm=count&mc=&f=note&fo=contains&fv=777', "select count(*) from {file} where contains(note, '777')"],
  ['how many different hashes', 'm=distinct&mc=hash', 'select count(distinct hash) from {file}'],
];

const source = database('bench_explore');
psql(source, `create view bench as ${columns(rows)}`);
const server = new Server(['--snapshot-memory-mib', String(MIB)], program);
server.log = 'error';
await server.start();
const ann = new Member(server);
await ann.found();
await ann.connect(connectionString(source));
const [{ id }] = ann.datasets;
await ann.set(id);
while ((await ann.shown(id)).is_moving) await new Promise((resolve) => setTimeout(resolve, 100));
const folder = join(server.data, 'snapshots');
const file = readdirSync(folder, { recursive: true }).map((name) => join(folder, name)).find((name) => name.endsWith('.parquet'));
console.log(`bench: a snapshot of ${rows.toLocaleString('en')} rows × 11, ${(statSync(file).size / 1e6).toFixed(0)} MB; medians of ${rounds}, ${MIB} MiB for answers`);

const forget = () => {
  const ran = spawnSync('sqlite3', [join(server.data, 'flitch.sqlite'), 'pragma foreign_keys = on; pragma busy_timeout = 5000; delete from query'], { encoding: 'utf8' });
  if (ran.status !== 0) throw new Error(ran.stderr);
};
const duck = spawn(python, [new URL('duck.py', import.meta.url).pathname, file, String(MIB)], { stdio: ['pipe', 'pipe', 'inherit'] });
const lines = createInterface({ input: duck.stdout })[Symbol.asyncIterator]();
const askDuck = async (sql) => {
  duck.stdin.write(`${sql}\n`);
  const { value, done } = await lines.next();
  if (done) throw new Error('DuckDB ended');
  return JSON.parse(value);
};
const askOurs = async (what, view) => {
  // Or the answer that is kept would be shown.
  forget();
  const answer = await ann.ask(id, `${view}&n=100`);
  if (answer.state !== 'done' || !answer.snapshot) throw new Error(`${what}: ${JSON.stringify(answer)}`);
  return { seconds: answer.duration_us / 1e6, rows: answer.result.rows.length };
};

memory.forget(server.child.pid);
let theirPeak = 0;
for (const [what, view, sql] of QUESTIONS) {
  const [ours, theirs] = [[], []];
  // In turn: what else the machine does at the moment slows both.
  for (let round = 0; round < rounds; round += 1) {
    ours.push(await askOurs(what, view));
    theirs.push(await askDuck(sql));
  }
  if (Math.min(ours[0].rows, 100) !== theirs[0].rows) throw new Error(`${what}: ${ours[0].rows} rows, ${theirs[0].rows}`);
  theirPeak = theirs.at(-1).peak_mb;
  const [own, other] = [ours, theirs].map((answers) => median(answers.map(({ seconds }) => seconds)));
  console.log(`bench: ${what.padEnd(30)} ${(own * 1000).toFixed(0).padStart(6)} ms   DuckDB ${(other * 1000).toFixed(0).padStart(6)} ms   ${(own / other).toFixed(2).padStart(5)} times`);
}
console.log(`bench: peak memory while answering: ${memory.peak(server.child.pid).toFixed(0)} MB, DuckDB ${theirPeak.toFixed(0)} MB`);
duck.stdin.end();
await server.signal('SIGTERM');
rmSync(server.data, { recursive: true, force: true });
