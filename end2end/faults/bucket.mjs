// A bucket that is away: for a moment in the middle of a run, for longer than a run waits, and while somebody asks. Then a
// connection that is disconnected, and what is left of it.
//
//   node bucket.mjs
//
// FLITCH_TEST_S3 is the address of a server that speaks S3 and has a bucket `snapshots`.
import { rmSync } from 'node:fs';
import { Member, Server, sleep, until } from '../support/member.mjs';
import { connectionString, database, psql } from '../support/postgres.mjs';
import { Relay } from '../support/relay.mjs';

const bucket = new URL(process.env.FLITCH_TEST_S3);
const relay = new Relay(bucket.hostname, Number(bucket.port));
await relay.mend();
Object.assign(process.env, {
  AWS_ENDPOINT: `http://127.0.0.1:${relay.port}`, AWS_ALLOW_HTTP: 'true', AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test',
});
const source = database('bucket_source');
psql(source, `
  create table pace as select 0 as seconds, 1 as g;
  create view v as select n, (select g from pace) as g, pg_sleep(case when n % 20000 = 0 then (select seconds from pace) end)::text as slow
    from generate_series(1, 60000) n`);
const server = new Server(['--cache-url', 's3://snapshots/away']);
await server.start();
const ann = new Member(server);
await ann.found();
await ann.connect(connectionString(source));
const { id } = ann.datasets.find(({ name }) => name === 'v');
await ann.set(id, 'hours', 6);
const ended = (seconds) => until(async () => !(await ann.shown(id)).is_moving, 'the end of a run', seconds);
const generation = async () => (await ann.ask(id, 'm=count&mc=&m=min&mc=g&m=max&mc=g')).result?.rows[0].join();
const objects = async () => ((await (await fetch(`${bucket.origin}/snapshots?list-type=2&prefix=away`)).text()).match(/<Key>/g) ?? []).length;
const states = () => server.stored("select group_concat(state, ',') from (select state from refresh_run order by started_at)");
await ended(60);
if ((await generation()) !== '60000,1,1' || (await objects()) !== 1) throw new Error('no first snapshot');

// For a moment: the run waits for it, and goes on.
psql(source, 'update pace set seconds = 1, g = 2');
let reads = server.line(/first rows$/);
await ann.refresh(id);
await reads;
await relay.cut();
await sleep(3000);
if (!(await ann.shown(id)).is_moving) throw new Error(`it did not wait: ${states()}`);
await relay.mend();
await ended(60);
if ((await generation()) !== '60000,2,2' || states() !== 'done,done') throw new Error(`${await generation()}; ${states()}; ${server.output.split('\n').filter((line) => /WARN|ERROR/.test(line)).slice(-3).join('\n')}`);

// For longer than a run waits: it fails as such, whoever asks is told, and what is served is served again as it was.
psql(source, 'update pace set g = 3');
reads = server.line(/first rows$/);
await ann.refresh(id);
await reads;
await relay.cut();
const cut = Date.now();
const told = await ann.ask(id, 'm=max&mc=n');
const after = Date.now() - cut;
if (told.result || !/snapshot_unread/.test(JSON.stringify(told)) || after > 20_000) throw new Error(`after ${after} ms: ${JSON.stringify(told)}`);
const page = await fetch(`${server.url}/data/datasets/${id}`, { headers: { cookie: ann.cookie, accept: 'text/html' } });
if (page.status !== 200 || !/snapshot/.test(await page.text())) throw new Error(`a page is ${page.status}`);
await ended(120);
const gaveUp = Math.round((Date.now() - cut) / 1000);
const shown = await ann.shown(id);
if (states() !== 'done,done,failed' || !/data-state="stale"/.test(shown.strip) || !/snapshots_failed/.test(shown.details)) throw new Error(`${states()}: ${JSON.stringify(shown)}`);
await relay.mend();
const again = await ann.ask(id, 'm=count&mc=&m=min&mc=g&m=max&mc=g&l=7');
if (again.result?.rows[0].join() !== '60000,2,2') throw new Error(`what was served is not served again: ${JSON.stringify(again)}`);
psql(source, 'update pace set seconds = 0, g = 4');
await ann.refresh(id);
await ended(60);
if ((await generation()) !== '60000,4,4') throw new Error('it does not go on');
console.log(`a bucket that is away: ${JSON.stringify({ told_after_ms: after, run_gave_up_after_seconds: gaveUp, runs: states() })}`);

// Cut off, nothing of it is left.
const [{ name }] = (await ann.call('connections/list', {})).filter((connection) => connection.id === ann.connection);
await ann.call('connections/disconnect', { id: ann.connection, confirm: name });
await until(async () => (await objects()) === 0, 'an empty bucket', 30);
if ((await server.signal('SIGTERM')) !== 0 || /panicked/.test(server.output)) throw new Error('it did not end well');
await relay.cut();
rmSync(server.data, { recursive: true, force: true });
