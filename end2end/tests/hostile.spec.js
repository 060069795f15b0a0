// O-PEER-29 and O-WEB-12 in the browser: names, cells and errors that are markup are shown as text, and nothing in them runs.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { alive, expect, test, testConnection } from '../support/flitch.js';

const SCRIPT = '<img src=x onerror=alert(1)></script><script>alert(1)</script>';
const server = process.env.FLITCH_TEST_POSTGRES;
const psql = (url, sql) => execFileSync('psql', [url, '-AtqX', '-v', 'ON_ERROR_STOP=1', '-c', sql], { encoding: 'utf8' });

test('whatever the server says is text everywhere', async ({ member: page, flitch, hasScript }) => {
  let dialogs = 0;
  page.on('dialog', async (dialog) => {
    dialogs += 1;
    await dialog.dismiss();
  });
  const name = `hostile_${process.pid}_${hasScript}`;
  psql(server, `create database ${name}`);
  const own = server.replace(/\/[^/]*$/, `/${name}`);
  const quoted = `"${SCRIPT}"`;
  psql(own, `create role ${name} login password 'Reader-Secret-1'`);
  psql(own, `create schema ${quoted}; create table ${quoted}.${quoted} (${quoted} text, n int)`);
  psql(own, `insert into ${quoted}.${quoted} values ('${SCRIPT}', 1)`);
  psql(own, `create view ${quoted}.fails as select '${SCRIPT}'::text::int as n from ${quoted}.${quoted}`);
  psql(own, `grant usage on schema ${quoted} to ${name}; grant select on all tables in schema ${quoted} to ${name}`);

  const { host } = new URL(server.replace('postgres:', 'http:'));
  await testConnection(page, flitch, hasScript, `postgresql://${name}:Reader-Secret-1@${host}/${name}`, async () => {
    await page.getByLabel('Name', { exact: true }).fill(SCRIPT);
    await page.getByText('More options').click();
    await page.getByLabel('Certificate authority (PEM)').fill(readFileSync(process.env.FLITCH_TEST_POSTGRES_CA, 'utf8'));
  });
  await expect(page.locator('[data-code="table_read"]')).toContainText(SCRIPT);
  await page.getByRole('button', { name: 'Save and pick datasets' }).click();
  await page.waitForURL('**/datasets');
  if (hasScript) await alive(page);
  await expect(page.getByText(SCRIPT).first()).toBeVisible();
  for (const box of await page.getByRole('checkbox').all()) await box.check();
  await page.getByRole('button', { name: 'Add ticked as datasets' }).click();
  await page.waitForURL(/connections\/[^/]+$/);
  const list = page.url();
  await page.getByRole('link', { name: `.${SCRIPT}` }).first().click();
  await expect(page.locator('.grid tbody td').first()).toHaveText(SCRIPT, { timeout: 20_000 });
  await expect(page.locator('.grid thead th').first()).toContainText(SCRIPT);

  await page.goto(list);
  if (hasScript) await alive(page);
  await page.getByRole('link', { name: `${SCRIPT}.fails` }).click();
  await expect(page.locator('[data-code="server_said"]')).toContainText(SCRIPT, { timeout: 20_000 });
  await page.reload();
  await expect(page.locator('[data-code="server_said"]')).toContainText(SCRIPT);
  // What people and servers named stands on the pages of the team, too.
  for (const path of ['/data', '/settings/data-connections', '/settings/audit']) {
    await page.goto(flitch.url + path);
    if (hasScript) await alive(page);
    await expect(page.getByText(SCRIPT).first()).toBeVisible();
    expect(await page.locator('img[src="x"]').count()).toBe(0);
  }
  expect(await page.locator('img[src="x"]').count()).toBe(0);
  expect(dialogs).toBe(0);
});
