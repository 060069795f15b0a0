// The main job by keyboard alone.
import { alive, expect, test, testConnection } from '../support/flitch.js';

// Presses Tab until this is focused; that it can be reached is the point.
async function tabTo(page, locator) {
  for (let steps = 0; steps < 60; steps += 1) {
    if (await locator.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error('never reached by Tab');
}

// The same by another key.
async function walkTo(page, key, locator) {
  for (let steps = 0; steps < 60; steps += 1) {
    if (await locator.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press(key);
  }
  throw new Error(`never reached by ${key}`);
}

test('from Data to the first rows without a mouse', async ({ member: page, flitch }) => {
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to content' })).toBeFocused();
  await tabTo(page, page.getByRole('link', { name: 'Add source' }));
  await page.keyboard.press('Enter');
  await page.waitForURL('**/data/add');
  await tabTo(page, page.getByRole('link', { name: 'Amazon Redshift' }));
  await page.keyboard.press('Enter');
  await page.waitForURL('**/data/add/redshift');
  await tabTo(page, page.getByRole('textbox', { name: 'Connection string' }));
  await page.keyboard.insertText(flitch.sampleString());
  await tabTo(page, page.getByRole('button', { name: 'Test connection' }));
  await page.keyboard.press('Enter');
  await page.waitForURL('**/checks/**');
  const save = page.getByRole('button', { name: 'Save and pick datasets' });
  await save.waitFor({ timeout: 30_000 });
  await tabTo(page, save);
  await page.keyboard.press('Enter');
  await page.waitForURL('**/datasets');
  const box = page.getByLabel('venue', { exact: true });
  await box.waitFor();
  await alive(page);
  // The tree grid is one stop for Tab; the arrows do the rest.
  const schema = (name) => page.getByRole('row', { name }).getByRole('link', { name, exact: true });
  await tabTo(page, schema('finance'));
  await walkTo(page, 'ArrowDown', box);
  await page.keyboard.press('Space');
  await expect(box).toBeChecked();
  await page.keyboard.press('ArrowLeft');
  await expect(schema('public')).toBeFocused();
  await page.keyboard.press('ArrowLeft');
  await expect(box).toBeHidden();
  await page.keyboard.press('ArrowRight');
  await expect(box).toBeVisible();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('button', { name: 'Add all of public' })).toBeFocused();
  await page.keyboard.press('Home');
  await expect(schema('finance')).toBeFocused();
  await page.keyboard.press('End');
  await expect(page.getByLabel('clicks', { exact: true })).toBeFocused();
  // A reload keeps what is ticked, and so does a newer list.
  await page.reload();
  await alive(page);
  await expect(box).toBeChecked();
  await page.getByRole('button', { name: 'Read the list again' }).click();
  await expect(page.getByText('Reading again…')).toBeVisible();
  await expect(page.getByText('Reading again…')).toBeHidden();
  await expect(box).toBeChecked();
  await expect(page.getByText('1 ticked')).toBeVisible();
  await page.getByText('The least rights for what is ticked').click();
  const grants = page.getByRole('group', { name: 'the grants' });
  await expect(grants).toContainText('GRANT SELECT ON public.venue TO flitch_readonly;');
  await tabTo(page, schema('finance'));
  for (let steps = 0; steps < 60; steps += 1) {
    if (await page.getByRole('button', { name: 'Add ticked as datasets' }).evaluate((e) => e === document.activeElement)) break;
    await page.keyboard.press('Shift+Tab');
  }
  await page.keyboard.press('Enter');
  await page.waitForURL(/connections\/[^/]+$/);
  await tabTo(page, page.getByRole('link', { name: 'public.venue' }).first());
  await page.keyboard.press('Enter');
  await expect(page.getByText(/Live: The first 100 rows/)).toBeVisible({ timeout: 20_000 });
  await alive(page);
});

test('a table that cannot be picked is explained', async ({ member: page, flitch }) => {
  await testConnection(page, flitch, true, flitch.sampleString());
  await page.getByRole('button', { name: 'Save and pick datasets' }).click();
  await page.waitForURL('**/datasets');
  await page.getByLabel('Search').fill('payroll');
  await expect(page.getByText('may not read public.payroll.')).toBeVisible();
  await expect(page.getByText('GRANT SELECT ON public.payroll TO flitch_readonly;')).toBeVisible();
  await page.getByLabel('Search').fill('nowhere.orders');
  await expect(page.getByText('There is no schema nowhere in dev.')).toBeVisible();
});
