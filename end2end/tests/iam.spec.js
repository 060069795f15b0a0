// Connecting by AWS IAM, with JavaScript and without, up to the rows of a dataset.
import { accessible, alive, expect, test, visit } from '../support/flitch.js';

const ROLE = 'arn:aws:iam::123456789012:role/flitch-reader';

async function open(page, flitch, hasScript) {
  await visit(page, `${flitch.url}/data/add/redshift`, hasScript);
  await page.getByRole('link', { name: 'AWS IAM' }).click();
  await page.waitForURL('**method=iam');
  await page.getByLabel('Region').waitFor();
}

async function check(page) {
  await page.getByRole('button', { name: 'Test connection' }).click();
  await page.waitForURL('**/checks/**');
  await page.getByRole('button', { name: 'Check again' }).waitFor({ timeout: 30_000 });
}

// From a good check to the first rows of event_details.
async function rows(page, hasScript) {
  await page.getByRole('button', { name: 'Save and pick datasets' }).click();
  await page.waitForURL('**/datasets');
  if (hasScript) await alive(page);
  await page.getByLabel('event_details').check();
  await page.getByRole('button', { name: 'Add ticked as datasets' }).click();
  await page.waitForURL(/connections\/[^/]+$/);
  const connection = page.url();
  await page.getByRole('link', { name: 'public.event_details' }).click();
  await expect(page.getByText(/Live: The first 100 rows × 7 columns/)).toBeVisible({ timeout: 20_000 });
  return connection;
}

test('a provisioned cluster, by three fields', async ({ member: page, flitch, hasScript }) => {
  const day = () => new Date().toISOString().slice(0, 10);
  const began = day();
  await open(page, flitch, hasScript);
  await accessible(page, hasScript);
  await expect(page.getByLabel('Database', { exact: true })).toHaveValue('dev');
  await expect(page.getByLabel('Password')).toHaveCount(0);
  await page.getByLabel('Region').selectOption('us-east-1');
  await page.getByLabel('Cluster identifier or workgroup').fill('sample');
  await page.getByRole('textbox', { name: 'Database user' }).fill('flitch_readonly');
  const policy = page.getByRole('group', { name: 'the IAM policy' });
  if (hasScript) {
    await expect(policy).toContainText('arn:aws:redshift:us-east-1:123456789012:dbuser:sample/flitch_readonly');
    await expect(policy).toContainText('arn:aws:redshift:us-east-1:123456789012:dbname:sample/dev');
  }
  await check(page);
  await expect(page.locator('.stage[data-state="passed"]')).toHaveCount(11);
  await expect(page.getByText('jdbc:redshift:iam://sample:us-east-1/dev?DbUser=flitch_readonly')).toBeVisible();
  await expect(page.getByText('arn:aws:iam::123456789012:user/flitch, in account 123456789012')).toBeVisible();
  await expect(page.getByText('They open sessions for 15 minutes.')).toBeVisible();
  await accessible(page, hasScript);
  // Back in the form, the policy is this connection's also without a script.
  await page.getByRole('link', { name: 'Edit', exact: true }).click();
  await expect(policy).toContainText('dbuser:sample/flitch_readonly');
  await check(page);
  const connection = await rows(page, hasScript);
  await visit(page, connection, hasScript);
  // Of three; where midnight, UTC, has come since, some were minted yesterday.
  const minted = day() === began ? '3 credentials were' : '[0-3] credentials? (was|were)';
  await expect(page.getByText(new RegExp(`no password is stored.*${minted} minted today`))).toBeVisible();
  const ledger = await (await fetch(`http://${flitch.aws}/ledger`)).text();
  expect(ledger).toContain('GetClusterCredentials sample/dev as IAM:flitch_readonly');
});

test('a Serverless workgroup, by its ARN-shaped world', async ({ member: page, flitch, hasScript }) => {
  await open(page, flitch, hasScript);
  await page.getByLabel('Serverless workgroup').check();
  await expect(page.getByRole('textbox', { name: 'Database user' })).toBeHidden();
  await page.getByLabel('Region').selectOption('us-east-1');
  await page.getByLabel('Cluster identifier or workgroup').fill('sample-wg');
  await check(page);
  await expect(page.getByText(/Credentials for IAM:flitch were minted/)).toBeVisible();
  // What wakes compute says so, and not only to whoever hovers.
  await expect(page.getByRole('button', { name: /^Check again.*wakes the workgroup$/ })).toBeVisible();
  const connection = await rows(page, hasScript);
  await expect(page.getByRole('button', { name: /^Read again.*wakes the workgroup$/ })).toBeVisible();
  await page.getByRole('link', { name: 'Explore' }).click();
  await expect(page.getByRole('button', { name: /^Ask\s*wakes the workgroup$/ })).toBeVisible();
  await visit(page, connection, hasScript);
  await expect(page.getByRole('button', { name: /^Check again.*wakes the workgroup$/ })).toBeVisible();
  await expect(page.getByRole('link', { name: /event_details\s*wakes the workgroup$/ })).toBeVisible();
  await visit(page, `${connection}/datasets`, hasScript);
  await expect(page.getByRole('button', { name: /^Read the list again.*wakes the workgroup$/ })).toBeVisible();
  await visit(page, `${flitch.url}/query`, hasScript);
  const id = connection.split('/').at(-1);
  // Without scripts it is said of the connection that the page was made with.
  if (hasScript) {
    await page.getByLabel('Connection').selectOption(id);
    await expect(page.getByRole('button', { name: /^Run\s*wakes the workgroup$/ })).toBeVisible();
  }
  await visit(page, `${flitch.url}/query?connection=${id}&sql=select%201`, hasScript);
  await page.getByRole('button', { name: /^Run/ }).first().click();
  await expect(page.getByRole('button', { name: /^Run again\s*wakes the workgroup$/ })).toBeVisible({ timeout: 20_000 });

  // A look that is answered by a snapshot wakes nothing; to resume the connection starts what is due.
  await visit(page, connection, hasScript);
  await page.getByText('Refresh all datasets, or set a daily budget').click();
  await page.getByRole('button', { name: 'Refresh all datasets' }).click();
  await expect(page.getByText('All of them are refreshed')).toBeVisible();
  await expect(async () => {
    await page.goto(connection);
    await expect(page.getByRole('link', { name: /event_details$/ })).toBeVisible({ timeout: 500 });
  }).toPass({ timeout: 20_000 });
  if (hasScript) await alive(page);
  await page.getByText('Rename, edit, pause, disconnect or remove').click();
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(page.getByRole('button', { name: /^Resume\s*wakes the workgroup$/ })).toBeVisible();
  await page.getByRole('button', { name: /^Resume/ }).click();
  await expect(page.getByText(/Paused by/)).toHaveCount(0);
});

test('a role with the external id of the team', async ({ member: page, flitch, hasScript }) => {
  await open(page, flitch, hasScript);
  await page.getByText('Role to assume').click();
  const trust = page.getByRole('group', { name: 'the trust policy' }).locator('pre');
  await expect(trust).toContainText('sts:ExternalId');
  const policy = await trust.innerText();

  const fill = async () => {
    await page.getByLabel('Region').selectOption('us-east-1');
    await page.getByLabel('Cluster identifier or workgroup').fill('sample');
    await page.getByRole('textbox', { name: 'Database user' }).fill('flitch_readonly');
    if (!(await page.getByLabel('Role ARN').isVisible())) await page.getByText('Role to assume').click();
    await page.getByLabel('Role ARN').fill(`${ROLE}-${hasScript}`);
  };
  await fill();
  await check(page);
  await expect(page.locator('[data-code="aws_role_denied"]')).toBeVisible();
  await expect(page.locator('.stage[data-state="not-run"]')).toHaveCount(10);

  // The role's owner pastes the trust policy, as the form shows it.
  const trusted = await fetch(`http://${flitch.aws}/roles/flitch-reader-${hasScript}`, { method: 'PUT', body: policy });
  expect(trusted.status).toBe(200);
  await page.getByRole('button', { name: 'Check again' }).click();
  await expect(page.getByText(`assumed-role/flitch-reader-${hasScript}/flitch-`)).toBeVisible({ timeout: 20_000 });
  await page.getByRole('button', { name: 'Save and pick datasets' }).waitFor({ timeout: 20_000 });
  if (hasScript) await alive(page);
  await rows(page, hasScript);
});

test('what is pasted fills the form', async ({ member: page, flitch, hasScript }) => {
  await open(page, flitch, hasScript);
  await page.getByLabel('Paste to fill in').fill('jdbc:redshift:iam://sample:us-east-1/dev?DbUser=flitch_readonly');
  if (hasScript) {
    await expect(page.getByLabel('Paste to fill in')).toHaveValue('');
    await expect(page.getByLabel('Region')).toHaveValue('us-east-1');
    await expect(page.getByLabel('Cluster identifier or workgroup')).toHaveValue('sample');
    await expect(page.getByRole('textbox', { name: 'Database user' })).toHaveValue('flitch_readonly');
  }
  await check(page);
  await expect(page.locator('[data-code="minted"]')).toBeVisible();
});

test('what is wrong is said, and kept', async ({ member: page, flitch, hasScript }) => {
  await open(page, flitch, hasScript);
  await page.getByLabel('Region').selectOption('eu-west-1');
  await page.getByLabel('Cluster identifier or workgroup').fill('Not_A_Cluster');
  await page.getByRole('textbox', { name: 'Database user' }).fill('ann');
  // While it is typed, where there is a script.
  if (hasScript) await expect(page.locator('.preview')).toContainText('A cluster identifier has up to 63');
  await page.getByRole('button', { name: 'Test connection' }).click();
  await expect(page.getByRole('alert')).toContainText('A cluster identifier has up to 63 lower-case letters');
  await expect(page.getByLabel('Cluster identifier or workgroup')).toHaveValue('Not_A_Cluster');
  await expect(page.getByLabel('Region')).toHaveValue('eu-west-1');
  await page.getByLabel('Cluster identifier or workgroup').fill('sample');
  await check(page);
  await expect(page.locator('[data-code="aws_cluster_unknown"]')).toContainText('no cluster sample in eu-west-1 (Ireland)');
});
