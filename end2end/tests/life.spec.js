// What becomes of a saved connection, with JavaScript and without.
import { accessible, alive, expect, test, testConnection, visit } from '../support/flitch.js';

test('renamed, paused, edited, disconnected, reconnected and removed', async ({ member: page, flitch, hasScript }) => {
  test.slow();
  const name = `Life ${hasScript}`;
  await testConnection(page, flitch, hasScript, flitch.sampleString(), async () => {
    await page.getByLabel('Name', { exact: true }).fill('Before');
  });
  await page.getByRole('button', { name: 'Save and pick datasets' }).click();
  await page.waitForURL('**/datasets');
  if (hasScript) await alive(page);
  await page.getByRole('button', { name: 'Add all of reporting' }).click();
  await page.waitForURL(/connections\/[^/]+$/);
  const connection = page.url();
  const open = async () => {
    await visit(page, connection, hasScript);
    await page.getByText('Rename, edit, pause, disconnect or remove').click();
  };

  await open();
  await accessible(page, hasScript);
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByRole('button', { name: 'Rename' }).click();
  await expect(page.getByRole('heading', { name })).toBeVisible();

  await open();
  await page.getByLabel('Reason').fill('the cluster moves');
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(page.getByText(/Paused by ann@acme.example .*: the cluster moves/)).toBeVisible();
  await page.getByRole('link', { name: 'reporting.event_lookup' }).or(page.locator('.dataset-list a').first()).first().click();
  await expect(page.locator('[data-code="connection_paused"]')).toContainText('the cluster moves', { timeout: 20_000 });
  await visit(page, `${flitch.url}/data`, hasScript);
  await expect(page.locator('.card', { hasText: name }).getByText('Paused')).toBeVisible();
  await visit(page, connection, hasScript);
  await page.getByRole('button', { name: 'Resume' }).click();
  await expect(page.getByText(/Paused by/)).toHaveCount(0);

  // Edited: the form comes filled, the password is kept, the check is the way back.
  await open();
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  await page.waitForURL('**draft=**');
  await expect(page.getByRole('heading', { name: 'Edit the connection' })).toBeVisible();
  await expect(page.getByText('Its password is stored.')).toBeVisible();
  if (hasScript) await alive(page);
  await page.getByRole('button', { name: 'Test connection' }).click();
  await page.waitForURL('**/checks/**');
  await page.getByRole('button', { name: 'Save the changes' }).click({ timeout: 30_000 });
  await page.waitForURL(/connections\/[^/]+$/);
  expect(page.url()).toBe(connection);
  await expect(page.locator('.dataset-list li')).toHaveCount(3);

  await open();
  await page.getByLabel('Type the name to disconnect it').fill('another');
  await page.getByRole('button', { name: 'Disconnect' }).click();
  await expect(page.getByRole('alert')).toContainText("That is not its name");
  await open();
  await page.getByLabel('Type the name to disconnect it').fill(name);
  await page.getByRole('button', { name: 'Disconnect' }).click();
  await expect(page.getByText(/Reconnect required\. ann@acme\.example disconnected it/)).toBeVisible();
  await accessible(page, hasScript);
  await page.locator('.dataset-list a').first().click();
  await expect(page.locator('[data-code="reconnect_required"]')).toBeVisible({ timeout: 20_000 });

  await visit(page, connection, hasScript);
  await page.getByRole('button', { name: 'Reconnect' }).click();
  await page.waitForURL('**draft=**');
  if (hasScript) await alive(page);
  await page.getByLabel('Password').fill('Sample-Reader-1');
  await page.getByRole('button', { name: 'Test connection' }).click();
  await page.waitForURL('**/checks/**');
  await page.getByRole('button', { name: 'Save the changes' }).click({ timeout: 30_000 });
  await page.waitForURL(/connections\/[^/]+$/);
  await expect(page.locator('.dataset-list a').first()).toBeVisible();
  await expect(page.getByText(/^Reconnect required/)).toHaveCount(0);
  await page.locator('.dataset-list a').first().click();
  await expect(page.getByText(/^Live: /)).toBeVisible({ timeout: 20_000 });

  await open();
  await page.getByLabel('Type the name to remove it').fill(name);
  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  await page.waitForURL('**/data');
  await expect(page.getByRole('link', { name })).toHaveCount(0);

  // All of it is in the audit log, which only admins see.
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('link', { name: 'Audit' }).click();
  await page.waitForURL('**/settings/audit');
  await page.getByLabel('Person or thing').fill(name);
  await page.getByRole('button', { name: 'Search' }).click();
  await page.waitForURL('**search=**');
  for (const did of ['renamed', 'paused', 'resumed', 'edited', 'disconnected', 'reconnected', 'removed']) {
    await expect(page.getByRole('cell', { name: `${did} the connection`, exact: true })).toHaveCount(1);
  }
  await accessible(page, hasScript);
  const csv = await page.request.get(await page.getByRole('link', { name: 'CSV' }).evaluate((link) => link.href));
  expect(csv.headers()['content-type']).toContain('text/csv');
  expect(await csv.text()).toContain('connection_removed');
});
