// A dataset that is rebuilt in the background: turned on, watched, stale, paused, resumed, cut off.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Relay } from '../support/relay.mjs';
import { accessible, alive, expect, refreshTest as test, testConnection, visit } from '../support/flitch.js';

const server = process.env.FLITCH_TEST_POSTGRES;
const psql = (url, sql) => execFileSync('psql', [url, '-AtqX', '-v', 'ON_ERROR_STOP=1', '-c', sql], { encoding: 'utf8' });

// Keeps everybody from reading a table, until it is let go.
async function held(url, table) {
  const session = spawn('psql', [url, '-AtqX'], { stdio: ['pipe', 'pipe', 'inherit'] });
  session.stdin.write(`begin; lock table ${table} in access exclusive mode; select 'held';\n`);
  await once(session.stdout, 'data');
  return async () => {
    session.stdin.end();
    await once(session, 'exit');
  };
}

// The files of snapshots, however deep.
function snapshots(flitch) {
  const folder = join(flitch.data, 'snapshots');
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true }).filter((name) => String(name).endsWith('.parquet'));
}

// A database of the test's own, connected, with its list of tables open.
async function connected(page, flitch, hasScript, name, sql, { user = 'flitch:flitch', relay } = {}) {
  expect(server, 'run through `make test` or scripts/with-postgres').toBeTruthy();
  psql(server, `create database ${name}`);
  const own = server.replace(/\/[^/]*$/, `/${name}`);
  psql(own, sql);
  const there = new URL(server.replace('postgres:', 'http:'));
  if (relay) await relay.mend();
  const host = relay ? `127.0.0.1:${relay.port}` : there.host;
  await testConnection(page, flitch, hasScript, `postgresql://${user}@${host}/${name}`, async () => {
    await page.getByText('More options').click();
    await page.getByLabel('Certificate authority (PEM)').fill(readFileSync(process.env.FLITCH_TEST_POSTGRES_CA, 'utf8'));
  });
  await page.getByRole('button', { name: 'Save and pick datasets' }).click();
  await page.waitForURL('**/datasets');
  if (hasScript) await alive(page);
  return own;
}

const strip = (page, state) => page.locator(`.refresh-strip[data-state=${state}]`);
const tab = (page, name) => page.locator('.tabs').getByRole('link', { name, exact: true });

test('a dataset is refreshed from the beginning, watched, and served from its snapshot', async ({ member: page, flitch, hasScript }) => {
  test.slow();
  const own = await connected(page, flitch, hasScript, `refresh_${process.pid}_${hasScript}`, `
    create table nightly (id int, kind text); insert into nightly select n, 'kind ' || n % 3 from generate_series(1, 250) n`);
  await page.getByLabel('nightly').check();
  await page.getByText('Refresh them from the beginning').click();
  await page.getByLabel(/Rebuild what is added/).check();
  await page.getByLabel('Unit').selectOption('minutes');
  await expect(page.getByLabel('Time zone')).toBeHidden();
  await page.getByLabel('Every').fill('1');
  await page.getByRole('button', { name: 'Add ticked as datasets' }).click();
  await expect(page.getByRole('alert')).toContainText('at least 5 minutes between two runs');
  // What was refused is there to be mended.
  await expect(page.getByLabel('nightly')).toBeChecked();
  await expect(page.getByLabel(/Rebuild what is added/)).toBeChecked();
  await expect(page.getByLabel('Unit')).toHaveValue('minutes');
  await expect(page.getByLabel('Every')).toHaveValue('1');
  await page.getByLabel('Every').fill('30');
  await page.getByRole('button', { name: 'Add ticked as datasets' }).click();
  await page.waitForURL(/connections\/[^/]+$/);
  await expect(page.getByText('All of them are refreshed')).toBeVisible();
  // Looked at earlier, it would be read from the source, and that answer is the newer one.
  if (hasScript) {
    await page.getByText('Refresh all datasets, or set a daily budget').click();
    await page.getByLabel('Times a day').fill('77');
    await expect(page.locator('.dataset-standing')).toContainText('old', { timeout: 20_000 });
    await expect(page.getByLabel('Times a day')).toHaveValue('77');
  } else {
    await expect(async () => {
      await page.reload();
      await expect(page.locator('.dataset-standing')).toContainText('old', { timeout: 500 });
    }).toPass();
  }
  await page.getByRole('link', { name: 'public.nightly' }).click();
  await expect(strip(page, 'fresh')).toContainText('Snapshot of', { timeout: 20_000 });
  if (!hasScript) await page.reload();
  await expect(page.locator('.verdict')).toContainText(/From the snapshot, less than a minute old when asked: The first 100 rows/, { timeout: 20_000 });
  expect(snapshots(flitch).length).toBe(1);

  // Each view comes alive as it was made, whatever the server was doing meanwhile.
  for (const view of hasScript ? ['rows', 'columns', 'explore&m=count&g=kind', 'refresh', 'explore'] : []) {
    for (let load = 0; load < 4; load += 1) {
      await page.goto(`${page.url().split('?')[0]}?view=${view}`);
      await alive(page);
    }
  }

  // Its own view: what is next, and what was.
  await tab(page, 'Refresh').click();
  await expect(page.locator('.next-runs li')).toHaveCount(3);
  await expect(page.locator('.runs tbody tr')).toHaveCount(1);
  await expect(page.locator('.runs tbody tr')).toContainText('250');
  await accessible(page, hasScript);
  await page.getByLabel('Unit').selectOption('weeks');
  await page.getByRole('combobox', { name: 'On', exact: true }).selectOption({ label: 'Friday' });
  await page.getByLabel('At', { exact: true }).fill('04:30');
  await page.getByLabel('Time zone').fill('Europe/Atlantis');
  await page.getByLabel('Every').fill('2');
  await page.getByRole('button', { name: 'Change', exact: true }).click();
  await expect(page.getByRole('alert')).toContainText('no such time zone');
  if (!hasScript) {
    await page.getByLabel('Unit').selectOption('weeks');
    await page.getByRole('combobox', { name: 'On', exact: true }).selectOption({ label: 'Friday' });
    await page.getByLabel('At', { exact: true }).fill('04:30');
    await page.getByLabel('Every').fill('2');
  }
  await page.getByLabel('Time zone').fill('Europe/Berlin');
  await page.getByRole('button', { name: 'Change', exact: true }).click();
  await expect(page.getByText('Refreshed every 2 weeks, on Friday at 04:30 (Europe/Berlin).')).toBeVisible();

  // Another system starts a run.
  await page.getByText('Pause, run from outside, or turn off').click();
  await page.getByRole('button', { name: 'Make an address' }).click();
  if (!hasScript) await page.getByText('Pause, run from outside, or turn off').click();
  const command = page.getByText(/curl -X POST/).first();
  await expect(command).toBeAttached();
  const [address] = /http:\S+/.exec(await command.textContent());
  expect((await fetch(address, { method: 'POST' })).status).toBe(202);
  expect((await fetch(address, { method: 'POST' })).status).toBe(200);
  expect((await fetch(address)).status).toBe(405);
  await expect.poll(async () => {
    if (!hasScript) await page.reload();
    return page.locator('.runs tbody tr').count();
  }, { timeout: 30_000 }).toBe(2);
  await expect(page.locator('.runs tbody tr').first()).toContainText('its address');

  // What is typed during a run stays: without scripts the page is looked at again by whoever wants that.
  const again = page.getByRole('link', { name: 'Look again' });
  const refresh = page.getByRole('button', { name: 'Refresh now' });
  const rested = () => expect.poll(async () => {
    if (await again.count()) await again.click();
    return refresh.count();
  }, { timeout: 20_000 }).toBe(1);
  await rested();
  const letGo = await held(own, 'nightly');
  await refresh.click();
  // It begins with the refresher's next turn.
  await expect.poll(async () => {
    if (await again.count()) await again.click();
    return page.getByRole('button', { name: 'Cancel the run' }).count();
  }, { timeout: 20_000 }).toBe(1);
  await expect(again).toHaveCount(hasScript ? 0 : 1);
  await expect(page.locator('meta[http-equiv=refresh]')).toHaveCount(0);
  await letGo();
  await rested();

  // The source is asked by whoever wants that.
  psql(own, 'delete from nightly where id > 50');
  await tab(page, 'Rows').click();
  await page.getByRole('button', { name: 'Ask the source now' }).click();
  await expect(page.locator('.verdict')).toContainText('Live: All 50 rows', { timeout: 20_000 });
  const back = page.getByRole('button', { name: 'Back to the snapshot' });
  await back.focus();
  await page.keyboard.press('Enter');
  await expect(page.locator('.verdict')).toContainText('From the snapshot', { timeout: 20_000 });
  await expect(back).toHaveCount(0);
  if (hasScript) await expect(page.getByRole('region', { name: 'Answer' })).toBeFocused();

  // Cut off, nothing of it is left.
  await page.locator('.crumbs a').last().click();
  await page.getByText('Rename, edit, pause, disconnect or remove').click();
  const name = await page.getByRole('heading', { level: 1 }).textContent();
  await page.getByLabel('Type the name to disconnect it').fill(name);
  await page.getByRole('button', { name: 'Disconnect' }).click();
  await expect(page.getByText('Reconnect required.')).toBeVisible();
  await expect.poll(() => snapshots(flitch)).toEqual([]);
  await page.getByRole('link', { name: 'public.nightly' }).click();
  await expect(strip(page, 'reconnect_required')).toBeVisible();
});

test('a run shows how far it is, and can be cancelled; changed columns are told; five failures pause', async ({ member: page, flitch, hasScript }) => {
  test.slow();
  test.skip(!hasScript, 'the same pages, followed by a script');
  const { hostname, port } = new URL(server.replace('postgres:', 'http:'));
  const relay = new Relay(hostname, Number(port));
  const own = await connected(page, flitch, hasScript, `refresh_fails_${process.pid}`,
    'create table slow as select n as id, n::numeric as amount from generate_series(1, 200000) n', { relay });
  await page.getByLabel('slow').check();
  await page.getByRole('button', { name: 'Add ticked as datasets' }).click();
  await page.waitForURL(/connections\/[^/]+$/);
  await page.getByRole('link', { name: 'public.slow' }).click();
  await expect(page.locator('.verdict')).toContainText('Live:', { timeout: 20_000 });
  await tab(page, 'Refresh').click();
  await expect(page.getByText('Off: every look at this dataset asks the source.')).toBeVisible();
  await page.getByRole('button', { name: 'Turn refresh on' }).click();
  await expect(strip(page, 'fresh')).toBeVisible({ timeout: 20_000 });

  // What a snapshot cannot order is asked of the source, and that is said.
  await tab(page, 'Columns').click();
  await expect(page.getByText('The snapshot keeps “amount” (numeric) as text')).toBeVisible({ timeout: 20_000 });
  await expect(page.locator('.verdict')).toContainText('Live:');
  await tab(page, 'Refresh').click();

  // Slow enough to be watched; with other columns.
  psql(own, `alter table slow rename to plain; create view slow as
    select id::bigint as id, pg_sleep(case when id % 1000 = 0 then 0.4 end)::text as note from generate_series(1, 200000) id`);
  await page.getByRole('button', { name: 'Refresh now' }).click();
  await expect(strip(page, 'fresh')).toContainText(/Reading: [\d,]+ rows, [\d.]+ [kM]?B, [\d,]+ rows a second, about [^.]+ left\./, { timeout: 20_000 });
  for (const place of ['.refresh-strip', '.runs']) {
    await expect(page.locator(`${place} .run-drift`)).toContainText('Columns changed: new: note; gone: amount; id was integer and is bigint.');
  }
  await page.getByRole('button', { name: 'Cancel the run' }).click();
  await expect(page.locator('.runs tbody tr').first()).toContainText('Cancelled', { timeout: 20_000 });
  await tab(page, 'Rows').click();
  await expect(page.getByRole('columnheader', { name: /amount/ })).toBeVisible();

  // The source is away: what was good stays, with its age and the reason.
  await relay.cut();
  await page.getByRole('button', { name: 'Refresh now' }).click();
  await expect(strip(page, 'stale')).toContainText('Stale: 1 of 5', { timeout: 30_000 });
  await expect(page.locator('.verdict')).toContainText('From the snapshot,');
  await tab(page, 'Refresh').click();
  await expect(page.locator('.refresh-details > [data-code=port_refused]')).toBeVisible();
  await page.locator('.runs summary', { hasText: 'Why' }).first().click();
  const why = page.locator('.runs details[open]');
  await expect(why).toHaveCount(1);
  await relay.mend();

  // It is back, and lacks the view.
  psql(own, 'alter view slow rename to gone');
  for (let failures = 2; failures <= 5; failures += 1) {
    await page.getByRole('button', { name: 'Refresh now' }).click();
    const state = failures < 5 ? strip(page, 'stale') : strip(page, 'paused_by_failures');
    await expect(state).toContainText(failures < 5 ? `Stale: ${failures} of 5` : 'Paused after 5 failures', { timeout: 20_000 });
  }
  await expect(page.locator('.refresh-details > [data-code=table_gone]')).toBeVisible();
  await expect(strip(page, 'paused_by_failures')).toContainText('is no longer there');
  await expect(page.locator('.refresh-details')).toContainText(/5 runs failed, one after another since 20\d\d-/);
  // What was opened stays open, whatever came after it.
  await expect(why).toHaveCount(1);
  await accessible(page, hasScript);

  // Nothing is as fresh as it says while Flitch itself does not answer.
  const away = page.getByText('Flitch does not answer: what is shown may be older');
  await expect(away).toBeHidden();
  await page.context().setOffline(true);
  await expect(away).toBeVisible({ timeout: 30_000 });
  await page.context().setOffline(false);
  await expect(away).toBeHidden({ timeout: 30_000 });
  psql(own, 'alter table plain rename to slow');
  await page.getByRole('button', { name: 'Resume' }).click();
  await expect(strip(page, 'fresh')).toBeVisible({ timeout: 20_000 });

  // A job beside the server asks for a run: within a minute, another is the same.
  const [, dataset] = /datasets\/([^/?]+)/.exec(page.url());
  const ask = (id = dataset) =>
    spawnSync(join(process.env.FLITCH_TARGET, 'debug/flitch'), ['refresh', id, '--data', flitch.data], { encoding: 'utf8', env: flitch.env });
  const asked = ask();
  expect(asked.stdout, asked.stderr).toMatch(/A running server starts it within a second/);
  expect(ask().stdout).toMatch(/on its way already|in the last minute/);
  expect(ask('no-such-dataset')).toMatchObject({ status: 1, stderr: expect.stringContaining('no such dataset') });
  const last = page.locator('.runs tbody tr').first();
  await expect(last).toContainText('the operator', { timeout: 20_000 });
  await expect(last.locator('.run-state')).toHaveAttribute('data-state', 'done', { timeout: 20_000 });

  // Paused by hand, with a reason; then off, and its snapshot gone.
  await page.getByText('Pause, run from outside, or turn off').click();
  await page.getByLabel('Reason').fill('the load is late');
  await page.getByLabel('Reason').press('Enter');
  await expect(strip(page, 'paused')).toContainText('Paused by ');
  // The field is gone; the keyboard is where the way back is.
  await expect(page.getByRole('button', { name: 'Resume' })).toBeFocused();
  expect(ask()).toMatchObject({ status: 1, stderr: expect.stringContaining('Somebody paused') });
  await expect(page.locator('.refresh-details')).toContainText('the load is late');
  await expect(page.getByLabel('Reason')).toHaveCount(0);
  const before = snapshots(flitch).length;
  // What was opened stays open.
  await page.getByRole('button', { name: 'Turn refresh off' }).click();
  await expect(page.locator('.refresh-strip')).toHaveCount(0);
  await expect.poll(() => snapshots(flitch).length).toBeLessThan(before);
  await tab(page, 'Rows').click();
  await expect(page.locator('.verdict')).toContainText('Live:', { timeout: 20_000 });
  await relay.cut();
});

test('a page that is open asks the source for nothing when a colleague turns refresh off', async ({ member: page, flitch, hasScript }) => {
  test.slow();
  test.skip(!hasScript, 'without scripts a page asks for nothing anyway');
  await connected(page, flitch, hasScript, `refresh_off_${process.pid}`, 'create table nightly as select n from generate_series(1, 20) n');
  await page.getByLabel('nightly').check();
  await page.getByText('Refresh them from the beginning').click();
  await page.getByLabel(/Rebuild what is added/).check();
  await page.getByRole('button', { name: 'Add ticked as datasets' }).click();
  await page.waitForURL(/connections\/[^/]+$/);
  await expect(page.locator('.dataset-standing')).toContainText('old', { timeout: 20_000 });
  await page.getByRole('link', { name: 'public.nightly' }).click();
  await expect(page.locator('.verdict')).toContainText('From the snapshot', { timeout: 20_000 });
  const second = await page.context().newPage();
  await visit(second, `${page.url().split('?')[0]}?view=refresh`, hasScript);
  await expect(second.getByRole('heading', { name: 'Change the schedule' })).toBeVisible();
  const asked = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  const colleague = await page.context().newPage();
  await visit(colleague, `${page.url().split('?')[0]}?view=refresh`, hasScript);
  await colleague.getByText('Pause, run from outside, or turn off').click();
  await colleague.getByRole('button', { name: 'Turn refresh off' }).click();
  await expect(strip(colleague, 'fresh')).toHaveCount(0);
  // Where it is set, the forms are those of what it is now.
  await expect(second.getByRole('heading', { name: 'Turn it on' })).toBeVisible({ timeout: 30_000 });
  // The open page finds out by itself; what it asks for then has left before the next request does.
  await expect(page.locator('.refresh-strip')).toHaveCount(0, { timeout: 30_000 });
  await page.evaluate(() => fetch('/health/live'));
  expect(asked).toContain('/health/live');
  expect(asked.filter((path) => path.startsWith('/api/') && path !== '/api/refreshes/show')).toEqual([]);
  await expect(page.locator('.verdict')).toContainText('From the snapshot');
  await colleague.close();
});

test('a way in that the source refuses is said wherever the connection stands, and nothing is lost', async ({ member: page, flitch, hasScript }) => {
  const name = `refresh_refused_${process.pid}_${hasScript}`;
  psql(server, `create role ${name} login password 'first'`);
  await connected(page, flitch, hasScript, name, `
    create table nightly as select n from generate_series(1, 20) n; grant select on nightly to ${name}`, { user: `${name}:first` });
  await page.getByLabel('nightly').check();
  await page.getByText('Refresh them from the beginning').click();
  await page.getByLabel(/Rebuild what is added/).check();
  await page.getByRole('button', { name: 'Add ticked as datasets' }).click();
  await page.waitForURL(/connections\/[^/]+$/);
  const seen = async (locator) => expect(async () => {
    if (!hasScript) await page.reload();
    await expect(locator).toBeVisible({ timeout: hasScript ? 20_000 : 500 });
  }).toPass({ timeout: 30_000 });
  await seen(page.locator('.dataset-standing', { hasText: 'old' }));
  const connection = page.url();
  await page.getByRole('link', { name: 'public.nightly' }).click();
  await expect(strip(page, 'fresh')).toBeVisible();
  psql(server, `alter role ${name} password 'second'`);
  await page.getByRole('button', { name: 'Refresh now' }).click();
  await seen(strip(page, 'reconnect_required'));
  await expect(page.locator('.verdict')).toContainText('All 20 rows');
  const badge = page.locator('.badge', { hasText: 'Reconnect required' });
  await page.goto(connection);
  await expect(page.locator('.page-head').locator(badge)).toBeVisible();
  await expect(page.getByText('The source refused the way in')).toBeVisible();
  await page.goto(`${flitch.url}/data`);
  await expect(page.locator('.card', { hasText: name }).locator(badge)).toBeVisible();
});

test.describe('read in New York', () => {
  test.use({ timezoneId: 'America/New_York' });

  test('one schedule for all datasets, and none again', async ({ member: page, flitch, hasScript }) => {
    await connected(page, flitch, hasScript, `refresh_all_${process.pid}_${hasScript}`, 'create table sales as select 1 as n; create table stock as select 2 as n');
    const before = snapshots(flitch).length;
    await page.getByLabel('sales').check();
    await page.getByLabel('stock').check();
    await page.getByRole('button', { name: 'Add ticked as datasets' }).click();
    await page.waitForURL(/connections\/[^/]+$/);
    const more = page.getByText('Refresh all datasets, or set a daily budget');
    await more.click();
    await page.getByLabel('Unit').selectOption('days');
    await page.getByLabel('Every').fill('1');
    await page.getByLabel('At', { exact: true }).fill('04:30');
    await page.getByLabel('Time zone').fill('Europe/Berlin');
    await page.getByRole('button', { name: 'Refresh all datasets' }).click();
    await expect(page.getByText('All of them are refreshed')).toBeVisible();
    const connection = page.url();
    for (const name of ['sales', 'stock']) {
      await page.goto(connection);
      await page.getByRole('link', { name: `public.${name}` }).click();
      await tab(page, 'Refresh').click();
      await expect(page.getByText('Refreshed each day at 04:30 (Europe/Berlin).')).toBeVisible();
      const runs = page.locator('.next-runs time');
      await expect(runs).toHaveCount(3);
      for (const run of await runs.all()) {
        const moment = new Date(await run.getAttribute('datetime'));
        const inZone = (timeZone, style) => moment.toLocaleString('en-US', { timeZone, ...style });
        // With the delay of a minute at most that each dataset has of its own.
        expect(inZone('Europe/Berlin', { timeStyle: 'short' })).toMatch(/^4:3[01].AM$/);
        // To the reader first, and to whoever they talk to.
        const utc = /^[\w ,-]*\d\d:\d\d[\d:]* UTC$/;
        const text = async () => (await run.textContent()).replaceAll('\u202f', ' ');
        if (!hasScript) expect(await text()).toMatch(utc);
        else {
          const local = inZone('America/New_York', { dateStyle: 'medium', timeStyle: 'short' }).replaceAll('\u202f', ' ');
          await expect.poll(text).toContain(`${local} (`);
          expect(/\((.*)\)$/.exec(await text())[1]).toMatch(utc);
        }
      }
    }
    await expect.poll(() => snapshots(flitch).length).toBe(before + 2);
    await page.goto(connection);
    await more.click();
    await page.getByRole('button', { name: 'Turn refresh off for all' }).click();
    await expect(page.getByText('All of them are refreshed')).toHaveCount(0);
    await expect.poll(() => snapshots(flitch).length).toBe(before);
  });
});
