// The picker over 20,000 tables in 500 schemas of a real PostgreSQL: how long the check takes, when the first page is
// answered and painted, what a key in the search costs, and how many elements the page has. Medians of five.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';

const [program, site] = process.argv.slice(2);
const [schemas, tables] = [500, 20_000];
const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const server = new URL(process.env.FLITCH_TEST_POSTGRES);

const psql = (url, sql) => {
  const ran = spawnSync('psql', [url, '-qX', '-v', 'ON_ERROR_STOP=1', '-f', '-'], { encoding: 'utf8', input: sql });
  if (ran.status !== 0) throw new Error(ran.stderr);
};
psql(server.href, 'create database picker');
const own = new URL('/picker', server).href;
let made = '';
for (let schema = 0; schema < schemas; schema += 1) {
  made += `begin; create schema s${schema};\n`;
  for (let table = 0; table < tables / schemas; table += 1) made += `create table s${schema}.orders_${table} (x int);\n`;
  made += 'commit;\n';
}
psql(own, made);

const data = mkdtempSync(join(tmpdir(), 'flitch-bench-'));
const port = 39518;
const at = `http://127.0.0.1:${port}`;
const flitch = spawn(
  program,
  ['serve', '--listen', `127.0.0.1:${port}`, '--public-url', at, '--data', data, '--site', site, '--log', 'error', '--dev-loopback'],
  { stdio: 'ignore' },
);
const browser = await chromium.launch({ executablePath: process.env.FLITCH_CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
try {
  for (let tries = 0; tries < 500; tries += 1) {
    const answer = await fetch(`${at}/health/ready`).catch(() => undefined);
    if (answer?.ok) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  const alive = () => page.locator('html[data-hydrated]').waitFor({ state: 'attached' });
  await page.goto(`${at}/`);
  await alive();
  await page.getByLabel('Team name').fill('Bench');
  await page.getByLabel('E-mail address').fill('ann@acme.example');
  await page.getByLabel('Password').fill('correct horse battery');
  await page.getByLabel('Set-up code').fill(readFileSync(join(data, 'setup-code'), 'utf8'));
  await page.getByRole('button', { name: 'Make the team' }).click();
  await page.waitForURL('**/data');
  await page.goto(`${at}/data/add/redshift`);
  await alive();
  const string = `postgresql://${server.username}:${server.password}@127.0.0.1:${server.port}/picker`;
  await page.getByRole('textbox', { name: 'Connection string' }).fill(string);
  await page.getByText('More options').click();
  await page.getByLabel('Certificate authority (PEM)').fill(readFileSync(process.env.FLITCH_TEST_POSTGRES_CA, 'utf8'));
  const checking = performance.now();
  await page.getByRole('button', { name: 'Test connection' }).click();
  await page.waitForURL('**/checks/**');
  await page.getByRole('button', { name: 'Check again' }).waitFor({ timeout: 60_000 });
  const checked = performance.now() - checking;
  await page.getByRole('button', { name: 'Save and pick datasets' }).click();
  await page.waitForURL('**/datasets');
  const picker = page.url();

  const runs = [];
  for (let run = 0; run < 5; run += 1) {
    await page.goto(picker);
    await alive();
    const { answered, painted } = await page.evaluate(() => ({
      answered: performance.getEntriesByType('navigation')[0].responseEnd,
      painted: performance.getEntriesByName('first-contentful-paint')[0].startTime,
    }));
    const elements = await page.evaluate(() => document.querySelectorAll('*').length);
    // From the key to the list that follows from it.
    const key = await page.evaluate(async () => {
      const input = document.querySelector('#search');
      const started = performance.now();
      input.value = 'orders_3';
      input.dispatchEvent(new InputEvent('input', { bubbles: true }));
      const isThere = () => /^5.?500 of/.test(document.querySelector('p.quiet[role=status]')?.textContent ?? '');
      while (!isThere()) await new Promise((resolve) => requestAnimationFrame(resolve));
      return performance.now() - started;
    });
    runs.push({ answered, painted, elements, key });
  }
  const of = (what) => median(runs.map((run) => run[what])).toFixed(0);
  console.log(`bench: picker, ${tables.toLocaleString('en')} tables in ${schemas} schemas: checked and listed in ${checked.toFixed(0)} ms`);
  console.log(`bench: picker answered in ${of('answered')} ms, painted at ${of('painted')} ms, ${of('elements')} elements`);
  console.log(`bench: picker follows a key in ${of('key')} ms`);
} finally {
  await browser.close();
  flitch.kill('SIGTERM');
  rmSync(data, { recursive: true, force: true });
}
