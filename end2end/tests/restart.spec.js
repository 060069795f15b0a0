// The server dies in the middle of a check: the page says so, and nothing is lost.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { Flitch, accessible, expect, found, test, visit } from '../support/flitch.js';

test('a check whose server was killed shows as interrupted', async ({ page }) => {
  const flitch = new Flitch();
  // Accepts and says nothing, so that the check waits for TLS while the server dies.
  const silent = createServer(() => {}).listen(0, '127.0.0.1');
  await new Promise((resolve) => silent.once('listening', resolve));
  try {
    await flitch.start();
    // It may have as many open files as the system lets it: what is set aside on disk is one for each batch.
    const limits = readFileSync(`/proc/${flitch.servers[0].pid}/limits`, 'utf8');
    const [soft, hard] = /^Max open files\s+(\S+)\s+(\S+)/m.exec(limits).slice(1);
    expect(soft).toBe(hard);
    await visit(page, `${flitch.url}/`, true);
    await accessible(page);
    await found(page, flitch, true);
    await visit(page, `${flitch.url}/data/add`, true);
    await accessible(page);
    await visit(page, `${flitch.url}/nope`, true);
    await accessible(page);
    await visit(page, `${flitch.url}/data/add/redshift`, true);
    const string = `postgresql://u:p@127.0.0.1:${silent.address().port}/dev`;
    await page.getByRole('textbox', { name: 'Connection string' }).fill(string);
    await page.getByRole('button', { name: 'Test connection' }).click();
    await page.waitForURL('**/checks/**');
    await expect(page.locator('.stage[data-state="running"]')).toContainText('Encrypt and verify');
    // The page stays open all the while, and finds out by itself.
    await flitch.kill();
    await flitch.serve();
    await expect(page.getByText('The server stopped while this check ran.')).toBeVisible({ timeout: 15_000 });
    await expect(page.locator('.stage[data-state="passed"]')).toHaveCount(3);
    await expect(page.getByRole('button', { name: 'Check again' })).toBeVisible();
    expect(flitch.output).not.toContain('panicked');
  } finally {
    silent.close();
    await flitch.stop();
  }
});
