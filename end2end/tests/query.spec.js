// The workspace and the explorer, with JavaScript and without.
import { accessible, alive, expect, queryTest as test, testConnection, visit } from '../support/flitch.js';

const named = (hasScript) => `Queries ${hasScript}`;

// A saved connection of this file's own with all of public picked, whatever other tests did to theirs.
async function connected(page, flitch, hasScript) {
  await visit(page, `${flitch.url}/query`, hasScript);
  if ((await page.locator('#connection option', { hasText: named(hasScript) }).count()) > 0) return;
  await testConnection(page, flitch, hasScript, flitch.sampleString(), async () => {
    await page.getByLabel('Name', { exact: true }).fill(named(hasScript));
  });
  await page.getByRole('button', { name: 'Save and pick datasets' }).click();
  await page.waitForURL('**/datasets');
  if (hasScript) await alive(page);
  await page.getByRole('button', { name: 'Add all of public' }).click();
  await page.waitForURL(/connections\/[^/]+$/);
  await visit(page, `${flitch.url}/query`, hasScript);
}

// Types a statement into whatever stands there: the editor, or the textarea.
async function write(page, hasScript, sql) {
  if (!hasScript) {
    await page.locator('textarea#sql').fill(sql);
    return;
  }
  await page.locator('.cm-content').click();
  // Deleted first: where text takes another's place, Chromium sets a style that the content policy refuses.
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Delete');
  await page.keyboard.insertText(sql);
}

async function run(page, hasScript, sql, state = 'done') {
  const before = page.url();
  await page.locator('#connection').selectOption({ label: named(hasScript) });
  await write(page, hasScript, sql);
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await page.waitForURL((url) => /\/query\/[0-9a-f-]{36}/.test(url.pathname) && url.href !== before);
  await expect(page.locator(`.result[data-state="${state}"]`)).toBeVisible({ timeout: 30_000 });
}

test('a statement, from the text to the rows', async ({ member: page, flitch, hasScript }) => {
  await connected(page, flitch, hasScript);
  await accessible(page, hasScript);
  await run(page, hasScript, 'select salesid, pricepaid from public.sales order by salesid limit 5');
  await expect(page.locator('.verdict')).toContainText('5 rows × 2 columns');
  await expect(page.getByRole('cell', { name: '8454.00', exact: true })).toBeVisible();
  await page.getByText('How it ran').click();
  await expect(page.getByText('The guard read the text')).toBeVisible();
  await expect(page.getByText('rolled back')).toBeVisible();
  await accessible(page, hasScript);

  // It survives a reload, with its text.
  const address = page.url();
  await visit(page, address, hasScript);
  await expect(page.getByRole('cell', { name: '8454.00', exact: true })).toBeVisible();
  await expect(page.locator('textarea#sql')).toHaveValue(/order by salesid limit 5/);

  // What does more than read is not sent, and is not lost.
  await run(page, hasScript, "delete from public.sales where 'x' = 'x'", 'failed');
  await expect(page.getByRole('alert')).toContainText('DELETE does more than read');
  await expect(page.locator('textarea#sql')).toHaveValue(/delete from public.sales/);

  // Found again in the history, opened from there.
  await visit(page, `${flitch.url}/query?search=limit+5`, hasScript);
  const line = page.locator('.history li').first();
  await expect(line).toContainText('5 rows');
  await line.getByRole('link').click();
  await page.waitForURL(/\/query\/[0-9a-f-]{36}/);
  await expect(page.getByRole('cell', { name: '8454.00', exact: true })).toBeVisible();
  await expect(page.locator('textarea#sql')).toHaveValue(/order by salesid limit 5/);
});

test('what is being written stays until it is run', async ({ member: page, flitch, hasScript }) => {
  test.skip(!hasScript, 'a textarea keeps what a browser keeps');
  await connected(page, flitch, hasScript);
  const editor = page.locator('.cm-content');
  await write(page, hasScript, 'select 1,\n  2 as two');
  await visit(page, `${flitch.url}/data`, hasScript);
  await page.getByRole('link', { name: 'Query', exact: true }).click();
  await expect(editor).toContainText('2 as two');
  await page.reload();
  await expect(editor).toContainText('2 as two');
  await expect(page.locator('textarea#sql')).toHaveValue('select 1,\n  2 as two');
  await page.locator('#connection').selectOption({ label: named(hasScript) });
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(page.locator('.result[data-state="done"]')).toBeVisible({ timeout: 20_000 });
  // It is in the history at once; what is begun before it is opened is there again on the way back.
  await page.getByRole('link', { name: 'Query', exact: true }).click();
  await page.waitForURL('**/query');
  await expect(page.locator('textarea#sql')).toHaveValue('');
  await write(page, hasScript, 'select 3 as precious');
  await page.locator('.history li').first().getByRole('link').click();
  await page.waitForURL(/\/query\/[0-9a-f-]{36}/);
  await expect(editor).toContainText('2 as two');
  await page.goBack();
  await expect(editor).toContainText('3 as precious');
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await page.waitForURL(/\/query\/[0-9a-f-]{36}/);
  await expect(page.locator('.result[data-state="done"]')).toContainText('select 3 as precious', { timeout: 20_000 });
  await expect(page.locator('.history li').first()).toContainText('select 3 as precious');
  // A slip that the guard cannot read is marked where it is.
  await write(page, hasScript, 'select 1,\n  a b c');
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(page.getByRole('alert')).toContainText('could not read line 2', { timeout: 20_000 });
  await expect(page.locator('.editor-error')).toHaveText('c');
  // What was run is a page of its own; a new one begins empty.
  await page.getByRole('link', { name: 'Query', exact: true }).click();
  await page.waitForURL('**/query');
  await visit(page, `${flitch.url}/query`, hasScript);
  await editor.waitFor();
  await expect(page.locator('textarea#sql')).toHaveValue('');
  // Nothing of it stays behind for whoever signs in next.
  await write(page, hasScript, 'select 2');
  expect(await page.evaluate(() => JSON.stringify(sessionStorage))).toContain('select 2');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL('**/sign-in**');
  expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
});

test('a large result: in sight with JavaScript, page by page without', async ({ member: page, flitch, hasScript }) => {
  await connected(page, flitch, hasScript);
  await run(page, hasScript, 'select salesid, buyerid, pricepaid, saletime from public.sales order by salesid');
  await expect(page.locator('.verdict')).toContainText('20,000 rows × 4 columns');
  if (!hasScript) {
    await expect(page.getByText('Rows 1 to 100 of 20000')).toBeVisible();
    await page.getByRole('link', { name: 'Next' }).click();
    await expect(page.getByText('Rows 101 to 200 of 20000')).toBeVisible();
    await expect(page.getByRole('cell', { name: '150', exact: true }).first()).toBeVisible();
    return;
  }
  const grid = page.getByRole('grid', { name: 'Result' });
  await expect(grid.getByRole('gridcell', { name: '1', exact: true }).first()).toBeVisible();
  await grid.evaluate((area) => area.scrollTo(0, 30 * 15_000));
  await expect(grid.getByRole('gridcell', { name: '15004', exact: true })).toBeVisible();
  expect(await grid.locator('[role=gridcell]').count()).toBeLessThanOrEqual(2_000);
  await grid.focus();
  await page.keyboard.press('Control+End');
  await expect(grid.getByRole('gridcell', { name: '20000', exact: true })).toBeVisible();
  await expect(page.getByText('Row 20000 of 20000')).toBeVisible();
  // A range, copied as a spreadsheet takes it.
  await page.keyboard.press('Control+Home');
  await expect(page.getByText('Row 1 of 20000')).toBeVisible();
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Shift+ArrowRight');
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.keyboard.press('Control+c');
  await expect(page.getByText('Copied 2 × 2 cells.')).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('1\t1\n2\t18');
  // Also what was never in sight.
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Control+c');
  await expect(page.getByText('Copied 20000 × 4 cells.')).toBeVisible({ timeout: 20_000 });
  expect((await page.evaluate(() => navigator.clipboard.readText())).split('\n').length).toBe(20_000);
  await accessible(page, hasScript);
});

test('each file holds the rows', async ({ member: page, flitch, hasScript }) => {
  await connected(page, flitch, hasScript);
  await run(page, hasScript, "select salesid, '=1+1' as formula, pricepaid from public.sales order by salesid limit 3");
  for (const [name, file, start] of [
    ['CSV', /^Queries-true-.*\.csv$|^Queries-false-.*\.csv$/, "salesid,formula,pricepaid\r\n1,'=1+1,8454.00\r\n"],
    ['NDJSON', /\.ndjson$/, '{"salesid":1,"formula":"=1+1","pricepaid":8454.00}\n'],
    ['Parquet', /\.parquet$/, 'PAR1'],
    ['Excel', /\.xlsx$/, 'PK'],
  ]) {
    await page.getByText('Export', { exact: true }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name, exact: true }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(file);
    const pieces = [];
    for await (const piece of await download.createReadStream()) pieces.push(piece);
    expect(Buffer.concat(pieces).toString('latin1').startsWith(start), name).toBe(true);
    if (hasScript) {
      await page.keyboard.press('Escape');
      await expect(page.getByText('Export', { exact: true })).toBeFocused();
      await expect(page.getByRole('link', { name, exact: true })).toBeHidden();
    } else {
      await page.getByText('Export', { exact: true }).click();
    }
  }
  // The file of changed values says so in the history.
  await visit(page, `${flitch.url}/query?search=formula`, hasScript);
  await page.locator('.history li', { hasText: 'Export' }).last().getByRole('link').click();
  await page.waitForURL(/\/query\/[0-9a-f-]{36}/);
  await page.getByText('How it ran').click();
  await expect(page.getByText('3 texts could have run as a formula')).toBeVisible();
});

test('a name, shared with the team', async ({ member: page, flitch, hasScript }) => {
  await connected(page, flitch, hasScript);
  await run(page, hasScript, 'select count(*) as all_sales, random() as luck from public.sales');
  await page.getByLabel('Name', { exact: true }).fill(`All sales ${hasScript}`);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByRole('textbox', { name: 'Name', exact: true })).toHaveValue(`All sales ${hasScript}`);
  await page.getByRole('button', { name: 'Share with the team' }).click();
  await expect(page.getByRole('button', { name: 'Stop sharing' })).toBeVisible();
  // Run again where it is: the address, the name and who sees it stay.
  const address = page.url();
  const luck = page.locator('.grid tbody td').last();
  const before = await luck.textContent();
  await page.getByRole('button', { name: 'Run again' }).click();
  await expect(page.locator('.result[data-state="done"]')).toBeVisible({ timeout: 20_000 });
  await expect(luck).not.toHaveText(before);
  expect(page.url()).toBe(address);
  await expect(page.getByRole('button', { name: 'Stop sharing' })).toBeVisible();
  await visit(page, `${flitch.url}/query?of=named`, hasScript);
  await expect(page.locator('.history li', { hasText: `All sales ${hasScript}` })).toContainText('shared');
});

test('a question to a dataset, from the form to the chart', async ({ member: page, flitch, hasScript }) => {
  test.slow();
  await connected(page, flitch, hasScript);
  await visit(page, `${flitch.url}/data`, hasScript);
  await page.getByRole('link', { name: named(hasScript), exact: true }).click();
  await page.getByRole('link', { name: 'public.sales', exact: true }).click();
  await expect(page.getByText(/Live: The first 100 rows × 10 columns/)).toBeVisible({ timeout: 20_000 });
  // Sorted by the source, and on to its second page.
  await page.getByRole('link', { name: 'pricepaid', exact: true }).click();
  await expect(page.getByRole('cell', { name: '21.00', exact: true }).first()).toBeVisible({ timeout: 20_000 });
  // The heading was made anew, and the keyboard is still at it.
  if (hasScript) await expect(page.getByRole('link', { name: 'pricepaid ↑' })).toBeFocused();
  await page.getByRole('link', { name: 'pricepaid ↑' }).click();
  await expect(page.getByRole('cell', { name: '11992.00', exact: true }).first()).toBeVisible({ timeout: 20_000 });
  await page.getByRole('link', { name: 'Next' }).click();
  await expect(page.getByText(/Live: Rows 101 to 200/)).toBeVisible({ timeout: 20_000 });
  if (hasScript) await expect(page.getByRole('link', { name: 'Next' })).toBeFocused();
  await accessible(page, hasScript);

  await page.getByRole('link', { name: 'Columns', exact: true }).click();
  const paid = page.locator('.profile li', { hasText: 'pricepaid' });
  await expect(paid).toContainText('11992.00', { timeout: 20_000 });
  await expect(paid).toContainText('5,640');
  await expect(paid.locator('svg')).toBeVisible();
  await accessible(page, hasScript);

  await page.getByRole('link', { name: 'Explore', exact: true }).click();
  if (hasScript) await expect(page).toHaveURL(/view=explore/);
  await page.getByLabel('Measure', { exact: true }).first().selectOption('sum');
  await page.getByLabel('Measured column').first().selectOption('pricepaid');
  await page.getByLabel('Group', { exact: true }).selectOption('saletime');
  await page.getByLabel('Stretch of time').selectOption('month');
  await page.getByRole('button', { name: 'Ask', exact: true }).click();
  await expect(page.getByRole('img', { name: /Line chart of sum of pricepaid/ }).first()).toBeVisible({ timeout: 20_000 });
  await expect(page.getByRole('cell', { name: '5734126.00', exact: true })).toBeVisible();
  expect(new URL(page.url()).searchParams.getAll('m')).toContain('sum');
  await accessible(page, hasScript);
  await page.getByRole('link', { name: 'Bars', exact: true }).click();
  await expect(page.getByRole('img', { name: /Bar chart of sum of pricepaid/ }).first()).toBeVisible({ timeout: 20_000 });

  // What does not fit is said, and the form keeps it.
  const url = new URL(page.url());
  await visit(page, `${url.origin}${url.pathname}?view=explore&m=sum&mc=pricepaid&f=qtysold&fo=gt&fv=many`, hasScript);
  const wrong = page.getByRole('group', { name: 'Where' });
  await expect(wrong.getByRole('alert')).toContainText('The value of filter 1 has to be a whole number');
  await expect(wrong.getByLabel('Value', { exact: true })).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByRole('alert')).toHaveCount(1);
  await expect(page.getByLabel('Value').first()).toHaveValue('many');

  // To the workspace, where it can be run as SQL.
  await visit(page, `${url.origin}${url.pathname}?view=explore&m=count&g=qtysold`, hasScript);
  await page.getByRole('link', { name: 'Open it in the workspace' }).click();
  await page.waitForURL('**/query?**');
  if (hasScript) await page.locator('.cm-content').waitFor();
  await expect(page.locator('textarea#sql')).toHaveValue(/group by 1/);
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(page.locator('.result[data-state="done"]')).toBeVisible({ timeout: 20_000 });
  await page.getByRole('link', { name: 'Draw a chart' }).click();
  await expect(page.getByRole('img').first()).toBeVisible({ timeout: 20_000 });
});
