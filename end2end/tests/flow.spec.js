// The main job, with JavaScript and without: paste, check, save, pick, look at the rows.
import { accessible, alive, expect, test, testConnection, visit } from '../support/flitch.js';

test('from nothing to the first rows', async ({ member: page, flitch, hasScript }) => {
  test.slow();
  const name = `Sales ${hasScript}`;
  await accessible(page, hasScript);
  await page.getByRole('link', { name: 'Add source' }).click();
  await expect(page).toHaveURL(/\/data\/add$/);
  await page.getByRole('link', { name: 'Amazon Redshift' }).click();
  await expect(page).toHaveURL(/\/data\/add\/redshift$/);
  await expect(page.getByText('203.0.113.7/32')).toBeVisible();
  await expect(page.getByText('2001:db8::7/128')).toBeVisible();
  await accessible(page, hasScript);

  await page.getByRole('textbox', { name: 'Connection string' }).fill(flitch.sampleString());
  if (hasScript) {
    const preview = page.locator('.preview');
    await expect(preview).toContainText('flitch_readonly');
    await expect(preview).toContainText('read, not shown');
    await expect(preview).not.toContainText('Sample-Reader-1');
  }
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByRole('button', { name: 'Test connection' }).click();
  await page.waitForURL('**/checks/**');
  await expect(page.getByRole('button', { name: 'Save and pick datasets' })).toBeVisible({ timeout: 30_000 });
  await expect(page.locator('.stage[data-state="passed"]')).toHaveCount(8);
  await expect(page.locator('.stage[data-state="warned"]')).toContainText('payroll');
  await expect(page.locator('main')).not.toContainText('Sample-Reader-1');
  await accessible(page, hasScript);

  await page.getByRole('button', { name: 'Save and pick datasets' }).click();
  await page.waitForURL('**/datasets');
  if (hasScript) await alive(page);
  await expect(page.getByText('14 of 14 tables and views')).toBeVisible();
  await accessible(page, hasScript);

  // Search: by key with JavaScript, by form without.
  await page.getByLabel('Search').fill('event');
  if (!hasScript) await page.getByRole('button', { name: 'Search' }).click();
  await expect(page.getByText('3 of 14 tables and views')).toBeVisible();
  await expect(page.getByLabel('sales', { exact: true })).toHaveCount(0);
  await page.getByLabel('event_details').check();
  await page.getByLabel('sales_by_event').check();
  await page.getByRole('button', { name: 'Add ticked as datasets' }).click();
  await page.waitForURL(/connections\/[^/]+$/);
  await expect(page.getByRole('heading', { name })).toBeVisible();
  await expect(page.getByRole('link', { name: 'public.event_details' })).toBeVisible();
  await accessible(page, hasScript);

  await page.getByRole('link', { name: 'public.event_details' }).click();
  await expect(page.getByText(/Live: The first 100 rows × 7 columns/)).toBeVisible({ timeout: 20_000 });
  const table = page.getByRole('region', { name: 'Rows of event_details' });
  await expect(table.getByRole('columnheader', { name: 'price_index numeric(38,10)' })).toBeVisible();
  await expect(table.getByRole('cell', { name: '123.4567890024', exact: true })).toBeVisible();
  await expect(table.getByText('{"doors":"18:30"').first()).toBeVisible();
  await expect(table.getByRole('cell', { name: '00001eef00019919' })).toBeVisible();
  await accessible(page, hasScript);

  await visit(page, `${flitch.url}/data`, hasScript);
  await expect(page.getByRole('link', { name })).toBeVisible();
  await expect(page.locator('.card', { hasText: name }).getByText('Works, with warnings')).toBeVisible();
  await accessible(page, hasScript);
});

test('a whole schema is added at once, and kinds are told apart', async ({ member: page, flitch, hasScript }) => {
  await testConnection(page, flitch, hasScript, flitch.sampleString('reader_sha256', 'Sample-Reader-2'));
  await expect(page.getByText("Redshift's SHA-256 digest")).toBeVisible();
  await page.getByRole('button', { name: 'Save and pick datasets' }).click();
  await page.waitForURL('**/datasets');
  const picker = page.url();
  if (hasScript) await alive(page);
  for (const kind of ['View', 'Late-binding view', 'Materialized view', 'External table']) {
    await expect(page.locator('.kind', { hasText: new RegExp(`^${kind}$`) })).toHaveCount(1);
  }
  await expect(page.getByText('flitch_readonly may not use this schema.').or(page.getByText('reader_sha256 may not use this schema.'))).toBeVisible();
  await page.getByLabel('Kind').selectOption('external_table');
  await page.getByRole('button', { name: 'Search' }).click();
  await expect(page.getByText('1 of 14 tables and views')).toBeVisible();
  await visit(page, picker, hasScript);
  await page.getByRole('button', { name: 'Add all of reporting' }).click();
  await page.waitForURL(/connections\/[^/]+$/);
  await expect(page.locator('.dataset-list li')).toHaveCount(3);
});

test('what the string lacks is asked for, and the rest is kept', async ({ member: page, flitch, hasScript }) => {
  await visit(page, `${flitch.url}/data/add/redshift`, hasScript);
  const string = `jdbc:redshift://${'sample.abc123xyz789.us-east-1.redshift.amazonaws.com'}:5439/dev`;
  await page.getByRole('textbox', { name: 'Connection string' }).fill(string);
  await page.getByLabel('Name', { exact: true }).fill('Kept');
  await page.getByRole('button', { name: 'Test connection' }).click();
  await expect(page.getByRole('alert')).toContainText('database user is missing');
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('Kept');
  // Without scripts the string is gone with its page, since it may hold the password.
  if (!hasScript) await page.getByRole('textbox', { name: 'Connection string' }).fill(string);
  await page.getByLabel('Database user').fill('flitch_readonly');
  await page.getByLabel('Password').fill('Sample-Reader-1');
  await page.getByRole('button', { name: 'Test connection' }).click();
  await page.waitForURL('**/checks/**');
  await expect(page.getByRole('button', { name: 'Save and pick datasets' })).toBeVisible({ timeout: 30_000 });
});

test('a connection that does not work can be saved, and shows as such', async ({ member: page, flitch, hasScript }) => {
  await testConnection(page, flitch, hasScript, flitch.sampleString('flitch_readonly', 'wrong'));
  await page.getByRole('button', { name: 'Save anyway' }).click();
  await page.waitForURL('**/datasets');
  await expect(page.getByText('The list of tables has not been read yet.')).toBeVisible();
  await visit(page, `${flitch.url}/data`, hasScript);
  await expect(page.getByText('Check failed').first()).toBeVisible();
});

test('help is filled in with the reader’s own values', async ({ member: page, flitch, hasScript }) => {
  await visit(page, `${flitch.url}/help/redshift?user=my_reader&schema=Mart`, hasScript);
  const sql = page.getByRole('group', { name: 'SQL for a read-only user' });
  await expect(sql).toContainText('GRANT USAGE ON SCHEMA "Mart" TO my_reader;');
  const password = /PASSWORD '([^']+)'/.exec(await sql.innerText())[1];
  expect(password).toMatch(/^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[A-Za-z0-9]{8,64}$/);
  await accessible(page, hasScript);
});

test('signing out ends it', async ({ member: page, flitch, hasScript }) => {
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL('**/sign-in');
  await accessible(page, hasScript);
  await page.goto(`${flitch.url}/data`);
  await expect(page).toHaveURL(/sign-in$/);
  await page.goto(`${flitch.url}/welcome`);
  await expect(page.getByRole('heading', { name: 'Flitch is set up' })).toBeVisible();
});
