// The same job against a real PostgreSQL, whose certificate has an issuer of its own.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { alive, expect, test, testConnection, visit } from '../support/flitch.js';

const server = process.env.FLITCH_TEST_POSTGRES;
const psql = (url, sql) => execFileSync('psql', [url, '-AtqX', '-v', 'ON_ERROR_STOP=1', '-c', sql], { encoding: 'utf8' });

test('a real PostgreSQL is checked, said to be one, and read', async ({ member: page, flitch, hasScript }) => {
  expect(server, 'run through `make test` or scripts/with-postgres').toBeTruthy();
  const name = `e2e_${process.pid}_${hasScript}`;
  psql(server, `create database ${name}`);
  const own = server.replace(/\/[^/]*$/, `/${name}`);
  psql(own, `create role ${name} login password 'Reader-Secret-1'`);
  psql(own, "create table edges (big bigint, exact numeric(38,10), said varchar(40), day date, span interval)");
  psql(own, `insert into edges values (-9223372036854775808, 0.0000000001, 'Grüße <b>x</b>', '0044-03-15 BC', '1 mon -2 days')`);
  psql(own, `grant select on edges to ${name}`);
  // So many that schemas come closed.
  psql(own, "create schema crowd; do $$ begin for n in 1..101 loop execute format('create table crowd.t_%s (x int)', n); end loop; end $$");

  const { host } = new URL(server.replace('postgres:', 'http:'));
  await testConnection(page, flitch, hasScript, `postgresql://${name}:Reader-Secret-1@${host}/${name}`, async () => {
    // Without scripts a summary opens too: it is the browser's own.
    await page.getByText('More options').click();
    await page.getByLabel('Certificate authority (PEM)').fill(readFileSync(process.env.FLITCH_TEST_POSTGRES_CA, 'utf8'));
  });
  await expect(page.locator('[data-code="not_redshift"]')).toContainText('PostgreSQL');
  await expect(page.locator('[data-code="tls_verified"]')).toBeVisible();
  await page.getByRole('button', { name: 'Save and pick datasets' }).click();
  await page.waitForURL('**/datasets');
  if (hasScript) await alive(page);
  await page.getByRole('link', { name: 'public', exact: true }).click();
  await page.getByLabel('edges').check();
  await page.getByRole('button', { name: 'Add ticked as datasets' }).click();
  await page.waitForURL(/connections\/[^/]+$/);
  await page.getByRole('link', { name: 'public.edges' }).click();
  await expect(page.getByText(/Live: All 1 row × 5 columns/)).toBeVisible({ timeout: 20_000 });
  const printed = psql(own, 'select * from edges').trim().split('|');
  await expect(page.locator('.grid tbody td')).toHaveText(printed);

  // A statement that takes minutes: watched from a second tab, and cancelled from there.
  await visit(page, `${flitch.url}/query`, hasScript);
  const own_connection = page.locator('#connection option', { hasText: name });
  await page.locator('#connection').selectOption(await own_connection.first().getAttribute('value'));
  const long = 'select count(*) from generate_series(1, 10000000000) as n';
  if (hasScript) {
    await page.locator('.cm-content').click();
    await page.keyboard.insertText(long);
    await page.keyboard.press('Control+Enter');
  } else {
    await page.locator('textarea#sql').fill(long);
    await page.getByRole('button', { name: 'Run', exact: true }).click();
  }
  await page.waitForURL(/\/query\/[0-9a-f-]{36}/);
  await expect(page.locator('.running .verdict')).toContainText('Running for');
  const second = await page.context().newPage();
  await visit(second, page.url(), hasScript);
  await expect(second.locator('.running .verdict')).toContainText('Running for');
  await second.locator('.running').getByRole('button', { name: 'Cancel' }).click();
  for (const tab of [second, page]) {
    await expect(tab.locator('.result [data-code=cancelled]')).toContainText('Cancelled here', { timeout: 20_000 });
  }
  // The button is gone; whoever pressed it stands at what came of it.
  if (hasScript) await expect(second.locator('.result')).toBeFocused();
  const running = "select count(*) from pg_stat_activity where state = 'active' and datname = current_database() and query like '/* flitch%'";
  expect(psql(own, running).trim()).toBe('0');
  await second.close();
  if (!hasScript) return;

  // A mistake is marked where it stands. The mark goes with the next letter, and comes again with the next run.
  const mark = page.locator('.editor-error');
  await page.locator('.cm-content').click();
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Delete');
  await page.keyboard.insertText('select 1,\n  nope');
  await page.keyboard.press('Control+Enter');
  await expect(page.locator('.result [role=alert]')).toContainText('of line 2', { timeout: 20_000 });
  await expect(mark).toHaveText('nope');
  await page.keyboard.press('Control+End');
  await page.keyboard.type(' ');
  await expect(mark).toHaveCount(0);
  await page.keyboard.press('Control+Enter');
  await expect(mark).toHaveText('nope', { timeout: 20_000 });
});
