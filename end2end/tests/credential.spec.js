// The team credential: stored by an admin, leaned on by a member, replaced all or nothing, switched away from and back,
// removed; with JavaScript and without. A team of its own: its forms open on the credential.
import { SECRET, leaks } from '../support/canary.js';
import { accessible, alive, expect, ownTest as test, visit } from '../support/flitch.js';

const ready = (page) => page.getByRole('button', { name: 'Check again' }).waitFor({ timeout: 30_000 });

test('from an invitation to the first query, and through replacements', async ({ member: page, flitch, hasScript, browser }) => {
  test.setTimeout(180_000);
  const settings = `${flitch.url}/settings/data-connections`;
  const open = () => visit(page, settings, hasScript);
  const check = async (tab) => {
    await tab.getByRole('button', { name: 'Test connection' }).click();
    await tab.waitForURL('**/checks/**');
    await ready(tab);
    if (hasScript) await alive(tab);
  };

  await open();
  await accessible(page, hasScript);
  await page.getByRole('link', { name: 'Store a team credential' }).click();
  await expect(page.getByRole('heading', { name: 'Team credential' })).toBeVisible();
  if (hasScript) await alive(page);
  await page.getByRole('textbox', { name: 'Connection string' }).fill(flitch.sampleString('canary', encodeURIComponent(SECRET)));
  await check(page);
  await page.getByRole('button', { name: 'Store as the team credential' }).click();
  await page.waitForURL(settings);
  await expect(page.getByText('Nobody can read it back.')).toBeVisible();
  await accessible(page, hasScript);
  expect(leaks(await page.content())).toEqual([]);

  // A member is invited, and has a query running without ever seeing a secret.
  await visit(page, `${flitch.url}/settings/members`, hasScript);
  await page.getByRole('button', { name: 'Invite a member' }).click();
  const link = page.getByRole('list', { name: 'Invitations' }).getByText(`${flitch.url}/invitations/`);
  const other = await browser.newContext({ javaScriptEnabled: hasScript, viewport: { width: 1280, height: 900 } });
  const bob = await other.newPage();
  await visit(bob, (await link.textContent()).trim(), hasScript);
  await bob.getByLabel('E-mail address').fill('bob@acme.example');
  await bob.getByLabel('Password').fill('a battery of horses');
  await bob.getByRole('button', { name: 'Join the team' }).click();
  await bob.waitForURL('**/data');
  await bob.getByRole('link', { name: 'Add source' }).first().click();
  await bob.getByRole('link', { name: /Amazon Redshift/ }).click();
  await expect(bob.getByRole('link', { name: 'Team credential' })).toHaveAttribute('aria-current', 'page');
  await expect(bob.getByLabel('Password')).toHaveCount(0);
  if (hasScript) await alive(bob);
  await accessible(bob, hasScript);
  await bob.getByLabel('Name', { exact: true }).fill('Bobs');
  await check(bob);
  await bob.getByRole('button', { name: 'Save and pick datasets' }).click();
  await bob.waitForURL('**/datasets');
  if (hasScript) await alive(bob);
  await bob.getByRole('button', { name: 'Add all of reporting' }).click();
  await bob.waitForURL(/connections\/[^/]+$/);
  const connection = bob.url();
  await expect(bob.getByText('By the team credential')).toBeVisible();
  const reads = async () => {
    await visit(bob, connection, hasScript);
    await bob.locator('.dataset-list a').first().click();
    await expect(bob.getByText(/^Live: /)).toBeVisible({ timeout: 20_000 });
  };
  await reads();

  // What is an admin's is refused to a member, by page and by call.
  for (const path of ['/settings/data-connections', '/settings/members', '/settings/audit']) {
    await visit(bob, flitch.url + path, hasScript);
    await expect(bob.getByText('Only a team admin may do this')).toBeVisible();
  }
  for (const [call, form] of [
    ['credential/show', {}],
    ['credential/edit', {}],
    ['credential/remove', { confirm: 'x' }],
    ['credential/try', { draft_id: 'x' }],
    ['credential/tried', { draft_id: 'x' }],
    ['members/invite', { role: 'admin' }],
    ['members/list', {}],
    ['audit/page', { 'query[action]': '', 'query[search]': '', 'query[before]': '0' }],
  ]) {
    const answer = await other.request.post(`${flitch.url}/api/${call}`, {
      form,
      headers: { origin: flitch.url, accept: 'application/json' },
    });
    expect(answer.status(), call).toBe(403);
  }

  const replace = async (user, password) => {
    await open();
    await page.getByRole('button', { name: 'Replace' }).click();
    await page.waitForURL('**draft=**');
    if (hasScript) await alive(page);
    await page.getByRole('textbox', { name: 'Connection string' }).fill(flitch.sampleString(user, password));
    await check(page);
    await page.getByRole('button', { name: 'Try it on 1 connection' }).click();
    await page.waitForURL('**/rotation/**');
  };
  const user = async (name) => {
    await visit(bob, connection, hasScript);
    await expect(bob.getByText(`postgresql://${name}:`)).toBeVisible();
  };

  // One that would break something changes nothing.
  await replace('locked_out', 'Sample-Locked-1');
  await expect(page.getByText('does not read everything')).toBeVisible({ timeout: 30_000 });
  await expect(page.getByRole('list', { name: 'Datasets' }).getByText('Would break').first()).toBeVisible();
  await expect(page.getByRole('button', { name: 'Replace the team credential' })).toHaveCount(0);
  await accessible(page, hasScript);
  await user('canary');
  await reads();

  // One that works switches all.
  await replace('reader_sha256', 'Sample-Reader-2');
  await page.getByRole('button', { name: 'Replace the team credential' }).click({ timeout: 30_000 });
  await page.waitForURL(settings);
  await user('reader_sha256');
  await reads();
  const metrics = await flitch.readMetrics();
  expect(metrics).toContain('flitch_queries_total{finding=""}');
  expect(metrics).toContain('flitch_checks_total{outcome="warned"}');

  // To a secret of its own and back, with its datasets.
  const edit = async (tab) => {
    await visit(bob, connection, hasScript);
    await bob.getByText('Rename, edit, pause, disconnect or remove').click();
    await bob.getByRole('button', { name: 'Edit', exact: true }).click();
    await bob.waitForURL('**draft=**');
    await bob.getByRole('link', { name: tab }).click();
    await expect(bob.getByRole('link', { name: tab })).toHaveAttribute('aria-current', 'page');
    if (hasScript) await alive(bob);
  };
  const save = async () => {
    await check(bob);
    await bob.getByRole('button', { name: 'Save the changes' }).click();
    await bob.waitForURL(connection);
    await expect(bob.locator('.dataset-list li')).toHaveCount(3);
  };
  await edit('Connection string');
  await bob.getByLabel('Password').fill('Sample-Reader-2');
  await save();
  await expect(bob.getByText('By the team credential')).toHaveCount(0);
  await edit('Team credential');
  await save();
  await expect(bob.getByText('By the team credential')).toBeVisible();
  await reads();

  // Removed: said before, confirmed by its name, and nothing is lost.
  await open();
  await page.getByText('Remove…').click();
  await expect(page.getByText('1 connection uses it now')).toBeVisible();
  const name = page.getByLabel('Type its name to remove it');
  await name.fill('another');
  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  await expect(page.getByRole('alert')).toContainText('That is not its name');
  await open();
  await page.getByText('Remove…').click();
  await name.fill('sample / dev');
  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  await expect(page.getByRole('link', { name: 'Store a team credential' })).toBeVisible();
  await visit(bob, connection, hasScript);
  await expect(bob.getByText(/^Reconnect required\. ann@acme\.example/)).toBeVisible();
  await expect(bob.locator('.dataset-list li')).toHaveCount(3);
  await other.close();
});
