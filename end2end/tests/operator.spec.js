// What an operator does beside a running server: keys, teams, metrics; and what the browser's half holds.
import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, ownTest as test, testConnection, visit } from '../support/flitch.js';

const target = process.env.FLITCH_TARGET;

const run = (flitch, ...args) =>
  spawnSync(join(target, 'debug/flitch'), [...args, '--data', flitch.data], { encoding: 'utf8', env: flitch.env });

test('keys are changed under a running server', async ({ member: page, flitch }) => {
  await testConnection(page, flitch, true, flitch.sampleString());
  await page.getByRole('button', { name: 'Save and pick datasets' }).click();
  await page.waitForURL('**/datasets');
  const connection = page.url().replace('/datasets', '');
  const old = readFileSync(join(flitch.data, 'master.keys'), 'utf8').split(' ')[0];
  expect(run(flitch, 'key', 'status').stdout).toMatch(new RegExp(`^${old} +\\d+ records, active`));
  expect(run(flitch, 'key', 'retire', old).stderr).toContain('sealed with this key');
  const added = run(flitch, 'key', 'add');
  expect(added.status, added.stderr).toBe(0);
  expect(run(flitch, 'key', 'retire', old).stderr).toContain('run `flitch key rotate` first');
  const dry = run(flitch, 'key', 'rotate', '--dry-run');
  expect(dry.stdout).toMatch(/^[1-9]\d* records would be sealed with the active key, \d+ were before, 0 cannot be opened/);
  const rotated = run(flitch, 'key', 'rotate');
  expect(rotated.status, rotated.stdout + rotated.stderr).toBe(0);
  const retired = run(flitch, 'key', 'retire', old);
  expect(retired.status, retired.stderr).toBe(0);
  // The server reads what was sealed anew, and seals with the new key.
  await visit(page, connection, true);
  await page.getByRole('button', { name: 'Check again' }).click();
  await page.waitForURL('**/checks/**');
  await page.getByRole('button', { name: 'Check again' }).waitFor({ timeout: 30_000 });
  await expect(page.getByText('The connection works.')).toBeVisible();
  expect(run(flitch, 'key', 'status').stdout).toMatch(/^[0-9a-f]{16} +\d+ records, active\n$/);
  await visit(page, `${flitch.url}/settings/audit`, true);
  await expect(page.getByRole('cell', { name: /sealed secrets with the new master key/ }).last()).toBeVisible();
  // O-SEC-07: no key is named on a page.
  expect(await page.content()).not.toContain(old);
});

test('o_sec_12 a server without a good key does not start', async ({ flitch }) => {
  const keys = join(flitch.data, 'other.keys');
  const start = (text, mode = 0o600) => {
    writeFileSync(keys, text);
    chmodSync(keys, mode);
    return run(flitch, 'key', 'status', '--master-keys-file', keys);
  };
  const line = (bytes) => `0011223344556677 ${Buffer.from(bytes).toString('base64')}\n`;
  for (const [text, said] of [
    ['', 'no key at all'],
    [line(new Uint8Array(32)), 'without randomness'],
    [line('change-me-to-something-random-00'), 'without randomness'],
    [line(new Uint8Array(16).map((_, at) => at * 7)), 'not 32 bytes'],
  ]) {
    const ran = start(text);
    expect(ran.status).not.toBe(0);
    expect(ran.stderr).toContain(said);
  }
  expect(start(line('x'), 0o644).stderr).toContain('0600');
});

test('a second team is made, and sees nothing of the first', async ({ member: page, flitch, browser }) => {
  await testConnection(page, flitch, true, flitch.sampleString(), async () => {
    await page.getByLabel('Name', { exact: true }).fill('Only ours');
  });
  await page.getByRole('button', { name: 'Save and pick datasets' }).click();
  await page.waitForURL('**/datasets');
  const picker = page.url();
  const added = run(flitch, 'team', 'add', 'Other', '--public-url', flitch.url);
  expect(added.status, added.stderr).toBe(0);
  const [id, link] = added.stdout.trim().split(' ');
  expect(run(flitch, 'team', 'list').stdout).toContain(`${id} Other`);
  expect(run(flitch, 'team', 'invite', 'nobody').stderr).toContain('no team of this id');
  const other = await browser.newContext();
  const bob = await other.newPage();
  await visit(bob, link, true);
  await expect(bob.getByRole('heading', { name: 'Join Other' })).toBeVisible();
  await bob.getByLabel('E-mail address').fill('bob@other.example');
  await bob.getByLabel('Password').fill('a battery of horses');
  await bob.getByRole('button', { name: 'Join the team' }).click();
  await bob.waitForURL('**/data');
  await expect(bob.getByText('No source yet')).toBeVisible();
  expect((await bob.goto(picker)).status()).toBe(404);
  await expect(bob.getByText('Only ours')).toHaveCount(0);
  await visit(bob, `${flitch.url}/settings/members`, true);
  await expect(bob.getByRole('list', { name: 'Members' }).getByRole('listitem')).toHaveCount(1);
  await other.close();
});

test('o_sec_10 metrics say nothing that a person chose', async ({ flitch }) => {
  const metrics = await flitch.readMetrics();
  const labels = [...metrics.matchAll(/([a-z_]+)="([^"]*)"/g)].filter(([, name]) => !['le', 'quantile'].includes(name));
  expect(labels.length).toBeGreaterThan(0);
  for (const [, name, value] of labels) {
    expect(['kind', 'method', 'status', 'outcome', 'finding']).toContain(name);
    expect(value).toMatch(/^([a-z_]*|GET|POST|[2-5]xx)$/);
  }
  expect(await fetch(`${flitch.url}/metrics`, { redirect: 'manual' }).then((answer) => answer.status)).not.toBe(200);
});

test('o_sec_08 the browser gets nothing that is the server\'s', async () => {
  const folder = join(target, 'site/pkg');
  // The SQL editor knows SQL.
  const files = readdirSync(folder).filter((name) => /\.(wasm|js|css)$/.test(name) && !name.startsWith('editor.'));
  expect(files.length).toBeGreaterThan(2);
  for (const name of files) {
    const text = readFileSync(join(folder, name), 'latin1');
    for (const own of [/\binsert into\b/i, /\bselect [a-z_.]+, /, /catalog_object/, /FLITCH_(LISTEN|DATA|MASTER|SITE|LOG|METRICS|DEV)/, /master\.keys/, /\/root\/|\/home\//, /sqlite/i]) {
      expect(own.exec(text)?.[0], `${name}: ${own}`).toBeUndefined();
    }
  }
});
