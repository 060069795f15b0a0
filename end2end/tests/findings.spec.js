// What goes wrong says so, on the page, in time.
import { expect, freePort, test, testConnection } from '../support/flitch.js';

const failed = (page) => page.locator('.stage[data-state="failed"]');

for (const [what, string, code, words] of [
  ['a wrong password', (f) => f.sampleString('flitch_readonly', 'wrong'), 'password_refused', 'ALTER USER flitch_readonly'],
  ['an unknown database', (f) => f.sampleString('flitch_readonly', 'Sample-Reader-1', 'nope'), 'unknown_database', 'no database nope'],
  ['no schema', (f) => f.sampleString('stranger', 'Sample-Stranger-1'), 'no_schema_visible', 'GRANT USAGE ON SCHEMA public TO stranger'],
  ['no readable table', (f) => f.sampleString('locked_out', 'Sample-Locked-1'), 'no_table_readable', 'GRANT SELECT ON ALL TABLES'],
  ['a metadata address', () => 'postgresql://u:p@169.254.169.254:5439/dev', 'address_forbidden', 'FLITCH_ALLOW_NETWORKS'],
  ['a private address', () => 'postgresql://u:p@10.0.0.5:5439/dev', 'address_forbidden', 'may not connect to'],
]) {
  test(`${what} is named, with the next step`, async ({ member: page, flitch, hasScript }) => {
    await testConnection(page, flitch, hasScript, string(flitch));
    await expect(failed(page).locator('.finding')).toHaveAttribute('data-code', code);
    await expect(failed(page)).toContainText(words);
  });
}

test('a closed port is named', async ({ member: page, flitch, hasScript }) => {
  await testConnection(page, flitch, hasScript, `postgresql://u:p@127.0.0.1:${await freePort()}/dev`);
  await expect(failed(page).locator('.finding')).toHaveAttribute('data-code', 'port_refused');
});

test('a user that can write is let in with a warning', async ({ member: page, flitch, hasScript }) => {
  await testConnection(page, flitch, hasScript, flitch.sampleString('writer', 'Sample-Writer-1'));
  await expect(page.locator('.stage[data-state="warned"]')).toContainText('REVOKE CREATE ON SCHEMA public FROM writer');
});
