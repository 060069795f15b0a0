// Every page as a picture: 1280 and 390 pixels wide, light and dark. Fails where a page is wider than its window.
import { Flitch, expect, found, test, testConnection, visit } from '../support/flitch.js';

test('every page, in four ways', async ({ page }) => {
  test.setTimeout(300_000);
  const flitch = new Flitch();
  await flitch.start();
  try {
    const shoot = async (name) => {
      for (const width of [1280, 390]) {
        for (const colorScheme of ['light', 'dark']) {
          await page.setViewportSize({ width, height: 900 });
          await page.emulateMedia({ colorScheme });
          await page.screenshot({ path: `shots/${name}-${width}-${colorScheme}.png`, fullPage: true });
          const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
          expect(overflow, `${name} at ${width}`).toBeLessThanOrEqual(0);
        }
      }
      await page.setViewportSize({ width: 1280, height: 900 });
    };
    await visit(page, `${flitch.url}/`, true);
    await shoot('welcome');
    await found(page, flitch, true);
    await shoot('data-empty');
    await visit(page, `${flitch.url}/data/add`, true);
    await shoot('add');
    await visit(page, `${flitch.url}/data/add/redshift`, true);
    await page.getByRole('textbox', { name: 'Connection string' }).fill(flitch.sampleString());
    await shoot('add-redshift');
    await visit(page, `${flitch.url}/data/add/redshift?method=iam`, true);
    await page.getByLabel('Paste to fill in').fill('jdbc:redshift:iam://sample:us-east-1/dev?DbUser=flitch_readonly');
    await page.getByText('Role to assume').click();
    await shoot('add-iam');
    await page.getByText('Role to assume').click();
    await page.getByRole('button', { name: 'Test connection' }).click();
    await page.waitForURL('**/checks/**');
    await page.getByRole('button', { name: 'Check again' }).waitFor({ timeout: 30_000 });
    await shoot('check-iam');
    await testConnection(page, flitch, true, flitch.sampleString('flitch_readonly', 'wrong'));
    await shoot('check-failed');
    await testConnection(page, flitch, true, flitch.sampleString());
    await shoot('check');
    await page.getByRole('button', { name: 'Save and pick datasets' }).click();
    await page.waitForURL('**/datasets');
    await page.getByLabel('sales', { exact: true }).waitFor();
    await shoot('picker');
    await page.getByRole('button', { name: 'Add all of public' }).click();
    await page.waitForURL(/connections\/[^/]+$/);
    await page.getByRole('link', { name: 'public.users' }).waitFor();
    await page.getByText('Rename, edit, pause, disconnect or remove').click();
    await shoot('connection');
    await page.getByText('Rename, edit, pause, disconnect or remove').click();
    await page.getByRole('link', { name: 'public.event_details' }).click();
    await page.getByText(/Live: The first 100 rows/).waitFor({ timeout: 20_000 });
    await shoot('dataset');
    await visit(page, `${flitch.url}/data`, true);
    await page.getByRole('link', { name: 'public.sales', exact: true }).click();
    await page.getByText(/Live: The first 100 rows/).waitFor({ timeout: 20_000 });
    const sales = page.url().split('?')[0];
    await visit(page, `${sales}?view=columns`, true);
    await page.locator('.profile').waitFor({ timeout: 20_000 });
    await shoot('dataset-columns');
    await visit(page, `${sales}?view=refresh`, true);
    await shoot('refresh-off');
    await page.getByLabel('Unit').selectOption('weeks');
    await page.getByRole('button', { name: 'Turn refresh on' }).click();
    await page.locator('.refresh-strip[data-state=fresh]').waitFor({ timeout: 20_000 });
    await shoot('refresh');
    for (const [name, question] of [
      ['line', 'm=sum&mc=pricepaid&g=saletime&gb=month'],
      ['bar', 'm=sum&mc=pricepaid&m=sum&mc=commission&g=qtysold&c=bar'],
      ['number', 'm=average&mc=pricepaid&f=qtysold&fo=gt&fv=4'],
    ]) {
      await visit(page, `${sales}?view=explore&${question}`, true);
      await page.locator('.chart-figure').waitFor({ timeout: 20_000 });
      await shoot(`explore-${name}`);
    }
    await visit(page, `${flitch.url}/query`, true);
    await page.locator('.cm-content').click();
    await page.keyboard.insertText('select salesid, buyerid, qtysold, pricepaid, saletime\nfrom public.sales\norder by pricepaid desc');
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByRole('grid').waitFor({ timeout: 20_000 });
    await shoot('query');
    await visit(page, `${flitch.url}/data`, true);
    await shoot('data');
    await visit(page, `${flitch.url}/help/redshift`, true);
    await shoot('help');
    await visit(page, `${flitch.url}/help/refresh`, true);
    await shoot('help-refresh');
    await visit(page, `${flitch.url}/settings/data-connections`, true);
    await shoot('data-connections-empty');
    await page.getByRole('link', { name: 'Store a team credential' }).click();
    await page.getByRole('textbox', { name: 'Connection string' }).fill(flitch.sampleString());
    await page.getByRole('button', { name: 'Test connection' }).click();
    await page.waitForURL('**/checks/**');
    await page.getByRole('button', { name: 'Store as the team credential' }).click({ timeout: 30_000 });
    await page.waitForURL('**/data-connections');
    await visit(page, `${flitch.url}/data/add/redshift`, true);
    await shoot('add-team');
    await page.getByRole('button', { name: 'Test connection' }).click();
    await page.waitForURL('**/checks/**');
    await page.getByRole('button', { name: 'Save and pick datasets' }).click({ timeout: 30_000 });
    await page.waitForURL('**/datasets');
    await page.getByRole('button', { name: 'Add all of reporting' }).click();
    await page.waitForURL(/connections\/[^/]+$/);
    await visit(page, `${flitch.url}/settings/data-connections`, true);
    await page.getByText('Remove…').click();
    await shoot('data-connections');
    await page.getByRole('button', { name: 'Replace' }).click();
    await page.waitForURL('**draft=**');
    await page.getByRole('textbox', { name: 'Connection string' }).fill(flitch.sampleString('locked_out', 'Sample-Locked-1'));
    await page.getByRole('button', { name: 'Test connection' }).click();
    await page.waitForURL('**/checks/**');
    await page.getByRole('button', { name: 'Try it on 1 connection' }).click({ timeout: 30_000 });
    await page.getByText('does not read everything').waitFor({ timeout: 30_000 });
    await shoot('rotation');
    await visit(page, `${flitch.url}/settings/audit`, true);
    await shoot('audit');
    await visit(page, `${flitch.url}/nope`, true);
    await shoot('not-found');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL('**/sign-in');
    await shoot('sign-in');
  } finally {
    await flitch.stop();
  }
});
