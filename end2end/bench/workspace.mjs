// The SQL workspace against a real PostgreSQL over TLS: small statements beside psql, a million rows to the first and
// the last, files beside `psql \copy` with the server's peak memory, twenty people at once, and the grid's frames.
import { spawnSync } from 'node:child_process';
import { Agent, request } from 'node:http';
import { alive, at, connect, database, median, memory, withFlitch } from './app.mjs';
import { columns } from './rows.mjs';

const rows = Number(process.env.FLITCH_BENCH_EXPORT_ROWS ?? 2_000_000);
const many = Number(process.env.FLITCH_BENCH_MANY_ROWS ?? 10_000_000);
const wide = Array.from({ length: 50 }, (_, at) => `n * ${at + 1} as c${at + 1}`).join(', ');
const own = new URL(
  database('workspace', `create table small as select n from generate_series(1, 100) n;
    create table bench as ${columns(rows)}; analyze bench`),
);
own.searchParams.set('sslmode', 'verify-full');
own.searchParams.set('sslrootcert', process.env.FLITCH_TEST_POSTGRES_CA);

function psql(...args) {
  const started = performance.now();
  const ran = spawnSync('psql', [own.href, '-qXAt', ...args], { encoding: 'utf8', maxBuffer: 1 << 30, stdio: ['ignore', 'ignore', 'inherit'] });
  if (ran.status !== 0) throw new Error('psql failed');
  return performance.now() - started;
}
const { peak } = memory;
const say = (text) => console.log(`bench: ${text}`);

await withFlitch(process.argv.slice(2), async (page, { pid, restart }) => {
  await connect(page, 'workspace');
  const connection = page.url().split('/').at(-2);
  const cookie = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
  const agent = new Agent({ keepAlive: true });
  const call = (method, path, body, take = async (answer) => {
    let text = '';
    for await (const piece of answer) text += piece;
    return text;
  }, as = cookie) =>
    new Promise((resolve, reject) => {
      const headers = { cookie: as, origin: at, accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' };
      const asked = request(at + path, { method, headers, agent }, (answer) => take(answer, answer.headers).then(resolve, reject));
      asked.on('error', reject).end(body);
    });
  const run = (sql, as) =>
    call('POST', '/api/queries/run', new URLSearchParams({ 'form[connection_id]': connection, 'form[sql]': sql }).toString(),
      async (answer, headers) => { for await (const _ of answer); return headers.location.split('/').pop(); }, as);
  const show = async (id, as) => JSON.parse(await call('POST', '/api/queries/show', `id=${id}`, undefined, as)).query;
  const ended = async (id, watch = () => {}, as = cookie) => {
    for (;;) {
      const query = await show(id, as);
      watch(query);
      if (!['waiting', 'running', 'cancelling'].includes(query.state)) return query;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const done = async (sql) => {
    const query = await ended(await run(sql));
    if (query.state !== 'done') throw new Error(JSON.stringify(query.finding));
    return query;
  };

  const [flitch, theirs] = [[], []];
  for (let round = 0; round < 21; round += 1) {
    flitch.push((await done(`select * from small -- ${round}`)).duration_us / 1000);
    theirs.push(psql('-c', 'begin read only', '-c', 'set statement_timeout to 60000', '-c', 'select * from small', '-c', 'rollback') - psql('--version'));
  }
  say(`a small query takes ${median(flitch).toFixed(1)} ms, psql ${median(theirs).toFixed(1)} ms: ${(median(flitch) - median(theirs)).toFixed(1)} ms more`);

  const started = performance.now();
  let first;
  const million = await ended(await run('select id, customer, price, name from bench limit 1000000'), (query) => {
    if (query.result?.rows.length > 0) first ??= performance.now() - started;
  });
  const last = performance.now() - started;
  say(`1,000,000 rows × 4: the first shown after ${first.toFixed(0)} ms, the last kept after ${(last / 1000).toFixed(1)} s (${million.state}, ${million.row_count} rows); the server's peak is ${peak(pid()).toFixed(0)} MB`);

  // Capped, so that the files come from the source.
  const download = (id, format) => {
    const started = performance.now();
    return call('GET', `/query/${id}/result.${format}`, undefined, async (answer) => {
      let bytes = 0;
      for await (const piece of answer) bytes += piece.length;
      return { bytes, seconds: (performance.now() - started) / 1000, status: answer.statusCode };
    });
  };
  await restart(['--query-rows', '1000']);
  const bench = await done('select * from bench');
  const copied = [1, 2, 3].map(() => psql('-c', '\\copy bench to /dev/null (format csv, header)') / 1000);
  const csv = [];
  for (let round = 0; round < 3; round += 1) csv.push(await download(bench.id, 'csv'));
  const seconds = median(csv.map((one) => one.seconds));
  say(`${rows.toLocaleString('en')} rows × 11 as CSV in ${seconds.toFixed(2)} s (${(csv[0].bytes / 1e6 / seconds).toFixed(0)} MB/s), psql \\copy ${median(copied).toFixed(2)} s: ${(seconds / median(copied)).toFixed(2)} times; the server's peak is ${peak(pid()).toFixed(0)} MB`);
  for (const format of ['ndjson', 'parquet', 'xlsx']) {
    const file = await download(bench.id, format);
    say(`the same as ${format} in ${file.seconds.toFixed(2)} s, ${(file.bytes / 1e6).toFixed(0)} MB; the server's peak is ${peak(pid()).toFixed(0)} MB`);
  }
  for (const format of ['csv', 'parquet']) {
    await restart(['--query-rows', '1000', '--query-seconds', '600']);
    const large = await done(columns(many));
    const file = await download(large.id, format);
    say(`${many.toLocaleString('en')} rows × 11 as ${format} in ${file.seconds.toFixed(1)} s, ${(file.bytes / 1e6).toFixed(0)} MB; the server's peak is ${peak(pid()).toFixed(0)} MB`);
  }

  await restart([]);
  const people = [cookie];
  for (let number = 1; number < 20; number += 1) {
    await page.goto(`${at}/settings/members`);
    await alive(page);
    await page.getByRole('button', { name: /Invite/ }).first().click();
    const link = await page.locator('.copy-text', { hasText: '/invitations/' }).first().textContent();
    const code = link.trim().split('/').pop();
    const body = new URLSearchParams({ 'form[code]': code, 'form[email]': `p${number}@acme.example`, 'form[password]': 'correct horse battery' });
    people.push(await call('POST', '/api/members/accept', body.toString(), async (answer, headers) => { for await (const _ of answer); return headers['set-cookie'][0].split(';')[0]; }, ''));
  }
  const waits = await Promise.all(people.map(async (person, number) => {
    const own = [];
    for (let round = 0; round < 10; round += 1) {
      const asked = performance.now();
      const id = await run(`select count(*) from bench where customer % 20 = ${number} and ${round} = ${round}`, person);
      await ended(id, undefined, person);
      own.push(performance.now() - asked);
    }
    return median(own);
  }));
  say(`20 people, 10 queries each at once: medians from ${Math.min(...waits).toFixed(0)} to ${Math.max(...waits).toFixed(0)} ms, ${(Math.max(...waits) / Math.min(...waits)).toFixed(2)} times`);

  const grid = await done(`select ${wide} from generate_series(1, 100000) n`);
  await page.goto(`${at}/query/${grid.id}`);
  await alive(page);
  await page.getByRole('grid').waitFor();
  const seen = await page.evaluate(async () => {
    const area = document.querySelector('.wide-grid');
    const frames = [];
    let most = 0;
    let before = performance.now();
    for (let step = 0; step < 600; step += 1) {
      area.scrollTop = step < 400 ? area.scrollTop + 120 : Math.floor(Math.random() * 90_000) * 30;
      area.scrollLeft += step % 40 < 20 ? 90 : -90;
      await new Promise(requestAnimationFrame);
      const now = performance.now();
      frames.push(now - before);
      before = now;
      most = Math.max(most, area.querySelectorAll('[role=gridcell]').length);
    }
    frames.sort((a, b) => a - b);
    return { p50: frames[300], p95: frames[570], worst: frames.at(-1), most };
  });
  say(`the grid over 100,000 × 50: ${seen.most} cells at most, a frame takes ${seen.p50.toFixed(1)} ms, ${seen.p95.toFixed(1)} ms at the 95th percentile, ${seen.worst.toFixed(0)} ms at worst`);
}, ['--query-rows', '2000000', '--query-mib', '1024']);
