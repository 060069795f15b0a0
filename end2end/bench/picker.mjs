// The picker over 20,000 tables of a real PostgreSQL, in 500 schemas and in one: how long the check takes, when the
// first page is answered and painted, what a key in the search and the opening of a schema cost, and how many elements
// the page has. Medians of five.
import { alive, at, connect, database, median, withFlitch } from './app.mjs';

const tables = 20_000;

function make(schemas) {
  let made = '';
  for (let schema = 0; schema < schemas; schema += 1) {
    made += `create schema s${schema};\n`;
    for (let first = 0; first < tables / schemas; first += 1000) {
      made += 'begin;\n';
      const last = Math.min(first + 1000, tables / schemas);
      for (let table = first; table < last; table += 1) made += `create table s${schema}.orders_${table} (x int);\n`;
      made += 'commit;\n';
    }
  }
  return made;
}

// From what is done to what follows from it, in the page's own clock.
const untilCount = (page, selector, what, count) =>
  page.evaluate(
    async ([selector, what, count]) => {
      const element = document.querySelector(selector);
      const started = performance.now();
      if (what === 'click') element.click();
      else {
        element.value = what;
        element.dispatchEvent(new InputEvent('input', { bubbles: true }));
      }
      const isThere =
        typeof count === 'number'
          ? () => document.querySelectorAll('.object').length >= count
          : () => new RegExp(count).test(document.querySelector('p.quiet[role=status]')?.textContent ?? '');
      while (!isThere()) await new Promise((resolve) => requestAnimationFrame(resolve));
      return performance.now() - started;
    },
    [selector, what, count],
  );

await withFlitch(process.argv.slice(2), async (page) => {
  for (const schemas of [500, 1]) {
    database(`picker${schemas}`, make(schemas));
    const { picker, checked } = await connect(page, `picker${schemas}`);
    const runs = [];
    for (let run = 0; run < 5; run += 1) {
      await page.goto(picker);
      await alive(page);
      const { answered, painted, elements } = await page.evaluate(() => ({
        answered: performance.getEntriesByType('navigation')[0].responseEnd,
        painted: performance.getEntriesByName('first-contentful-paint')[0].startTime,
        elements: document.querySelectorAll('*').length,
      }));
      const open = await untilCount(page, '.schema-head a[href*="schema=s0&"]', 'click', Math.min(tables / schemas, 100));
      const key = await untilCount(page, '#search', 'orders_3', schemas === 1 ? '^1.?111 of' : '^5.?500 of');
      runs.push({ answered, painted, elements, open, key });
    }
    const of = (what) => median(runs.map((run) => run[what])).toFixed(0);
    console.log(`bench: picker, ${tables} tables in ${schemas} schemas: checked and listed in ${checked.toFixed(0)} ms`);
    console.log(`bench: picker answered in ${of('answered')} ms, painted at ${of('painted')} ms, ${of('elements')} elements`);
    console.log(`bench: picker opens a schema in ${of('open')} ms, follows a key in ${of('key')} ms`);
  }
});
