// Somebody is invited, joins, is given a role, and is removed; with JavaScript and without.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { accessible, alive, expect, test, visit } from '../support/flitch.js';

const program = join(process.env.FLITCH_TARGET, 'debug/flitch');

test('an invitation is used once, and a removed member is out at the next click', async ({ member: page, flitch, hasScript, browser }) => {
  const email = `bob-${hasScript}@acme.example`;
  const open = () => visit(page, `${flitch.url}/settings/members`, hasScript);
  await open();
  await accessible(page, hasScript);
  await page.getByRole('button', { name: 'Invite a member' }).click();
  const link = page.getByRole('list', { name: 'Invitations' }).getByText(`${flitch.url}/invitations/`);
  const href = (await link.textContent()).trim();

  const other = await browser.newContext({ javaScriptEnabled: hasScript });
  const guest = await other.newPage();
  await visit(guest, href, hasScript);
  await expect(guest.getByRole('heading', { name: 'Join Acme' })).toBeVisible();
  await accessible(guest, hasScript);
  await guest.getByLabel('E-mail address').fill(email);
  await guest.getByLabel('Password').fill('a battery of horses');
  await guest.getByRole('button', { name: 'Join the team' }).click();
  await guest.waitForURL('**/data');

  // The invitation is used up.
  await visit(guest, href, hasScript);
  await expect(guest.getByText('Ask an admin of the team for a new one')).toBeVisible();
  // A member has a profile, and no settings of the team.
  await visit(guest, `${flitch.url}/settings/members`, hasScript);
  await expect(guest.getByText(email)).toBeVisible();
  await expect(guest.getByRole('list', { name: 'Members' })).toHaveCount(0);
  await visit(guest, `${flitch.url}/settings/profile`, hasScript);
  await accessible(guest, hasScript);
  await guest.getByLabel('Current password').fill('a battery of horses');
  await guest.getByLabel('New password').fill('another battery of horses');
  await guest.getByRole('button', { name: 'Change the password' }).click();
  await expect(guest.getByRole('list', { name: 'Sessions' }).getByText('(this one)')).toHaveCount(1);

  await open();
  const line = page.getByRole('list', { name: 'Members' }).getByRole('listitem').filter({ hasText: email });
  await line.getByText('Remove…').click();
  await expect(line.getByText('the secrets they typed are erased')).toBeVisible();
  await line.getByRole('button', { name: `Remove ${email}` }).click();
  await expect(page.getByRole('list', { name: 'Members' }).getByText(email, { exact: true })).toHaveCount(0);
  // The open tab is refused on its next click.
  await guest.getByRole('link', { name: 'Data', exact: true }).click();
  await expect(guest.getByRole('button', { name: 'Sign in' }).or(guest.getByText('Sign in')).first()).toBeVisible();
  await other.close();

  await open();
  const own = page.getByRole('list', { name: 'Members' }).getByRole('listitem').filter({ hasText: 'ann@acme.example' });
  await own.getByRole('button', { name: 'Make member' }).click();
  await expect(page.getByText('left without an admin')).toBeVisible();
  if (hasScript) await alive(page);
});

test('an operator resets a password', async ({ flitch, member: page, hasScript, browser }) => {
  const email = `eve-${hasScript}@acme.example`;
  await visit(page, `${flitch.url}/settings/members`, hasScript);
  await page.getByRole('button', { name: 'Invite an admin' }).click();
  const link = page.getByRole('list', { name: 'Invitations' }).getByText(`${flitch.url}/invitations/`).first();
  const other = await browser.newContext({ javaScriptEnabled: hasScript });
  const guest = await other.newPage();
  await visit(guest, (await link.textContent()).trim(), hasScript);
  await guest.getByLabel('E-mail address').fill(email);
  await guest.getByLabel('Password').fill('a battery of horses');
  await guest.getByRole('button', { name: 'Join the team' }).click();
  await guest.waitForURL('**/data');

  const reset = (address) =>
    spawnSync(program, ['admin', 'reset-password', address, '--data', flitch.data], { encoding: 'utf8', env: flitch.env });
  expect(reset('nobody@acme.example').status).toBe(1);
  const ran = reset(email);
  expect(ran.status, ran.stderr).toBe(0);
  await visit(guest, `${flitch.url}/data`, hasScript);
  await guest.waitForURL(/sign-in/);
  await guest.getByLabel('E-mail address').fill(email);
  await guest.getByLabel('Password').fill(ran.stdout.trim());
  await guest.getByRole('button', { name: 'Sign in' }).click();
  await guest.waitForURL('**/data');
  await other.close();
});
