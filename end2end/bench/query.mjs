// A preview of 100 rows over TLS beside psql doing the same: connect, read-only transaction, statement, rollback.
// Flitch's time is the one it shows, from the start of its task to its end; psql's is that of its process, less the
// time of one that connects to nothing. Medians of 21.
import { spawnSync } from 'node:child_process';
import { connect, database, median, server, withFlitch } from './app.mjs';

const rounds = 21;
const table = 'create table public.orders as select i as id, md5(i::text) as name, now() as at from generate_series(1, 100000) i';
const own = new URL(database('query', table));
own.searchParams.set('sslmode', 'verify-full');
own.searchParams.set('sslrootcert', process.env.FLITCH_TEST_POSTGRES_CA);

function run(...args) {
  const started = performance.now();
  const ran = spawnSync('psql', args, { encoding: 'utf8' });
  if (ran.status !== 0) throw new Error(ran.stderr);
  return performance.now() - started;
}
const statements = ['begin read only', 'set statement_timeout to 60000', 'select * from public.orders limit 101', 'rollback'];

await withFlitch(process.argv.slice(2), async (page) => {
  await connect(page, 'query');
  await page.getByLabel('orders', { exact: true }).check();
  await page.getByRole('button', { name: 'Add ticked as datasets' }).click();
  await page.getByRole('link', { name: 'public.orders' }).click();
  await page.getByText(/Live: The first 100 rows/).waitFor();
  const id = page.url().split('/').pop();
  const ask = (path, body) =>
    page.evaluate(
      async ([path, body]) => {
        const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' };
        const answer = await fetch(path, { method: 'POST', headers, body });
        return answer.text();
      },
      [path, `dataset_id=${id}`],
    );
  const [flitch, psql] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    await ask('/api/queries/ask-again');
    let shown;
    do shown = JSON.parse(await ask('/api/queries/ask')).query;
    while (shown.state !== 'done');
    flitch.push(shown.duration_us / 1000);
    const nothing = run('--version');
    psql.push(run(own.href, '-qXAt', ...statements.flatMap((statement) => ['-c', statement])) - nothing);
  }
  const [ours, theirs] = [median(flitch), median(psql)];
  console.log(`bench: a preview takes ${ours.toFixed(1)} ms, psql ${theirs.toFixed(1)} ms: ${(ours - theirs).toFixed(1)} ms more`);
});
