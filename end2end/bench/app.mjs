// A Flitch of its own with one person signed in, connected to a database of the throwaway PostgreSQL.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';

const port = 39518;
export const at = `http://127.0.0.1:${port}`;
export const server = new URL(process.env.FLITCH_TEST_POSTGRES);
// Of a process: what it holds at most, since it was started or told to forget, and what it holds; in MB.
const held = (pid, what) => Number(new RegExp(`${what}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
export const memory = {
  peak: (pid) => held(pid, 'VmHWM'),
  now: (pid) => held(pid, 'VmRSS'),
  // Linux's proc(5), "/proc/pid/clear_refs".
  forget: (pid) => writeFileSync(`/proc/${pid}/clear_refs`, '5'),
};
export const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

export function psql(url, sql) {
  const ran = spawnSync('psql', [url, '-qX', '-v', 'ON_ERROR_STOP=1', '-f', '-'], { encoding: 'utf8', input: sql });
  if (ran.status !== 0) throw new Error(ran.stderr);
}

// Makes a database with these statements in it.
export function database(name, sql) {
  psql(server.href, `create database ${name}`);
  const own = new URL(`/${name}`, server).href;
  psql(own, sql);
  return own;
}

export const alive = (page) => page.locator('html[data-hydrated]').waitFor({ state: 'attached' });

// Runs `measure` with a page, and ends the program and the browser afterwards.
export async function withFlitch([program, site], measure, settings = []) {
  const data = mkdtempSync(join(tmpdir(), 'flitch-bench-'));
  const serve = ['serve', '--listen', `127.0.0.1:${port}`, '--public-url', at, '--data', data, '--site', site, '--log', 'error', '--dev-loopback'];
  let flitch;
  const start = async (settings) => {
    flitch = spawn(program, [...serve, ...settings], { stdio: 'ignore' });
    for (let tries = 0; tries < 500; tries += 1) {
      const answer = await fetch(`${at}/health/ready`).catch(() => undefined);
      if (answer?.ok) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error('Flitch did not start');
  };
  // The same data under other settings; its memory begins anew.
  const restart = async (settings) => {
    const gone = new Promise((resolve) => flitch.once('exit', resolve));
    flitch.kill('SIGTERM');
    await gone;
    await start(settings);
  };
  const server = { pid: () => flitch.pid, restart };
  const browser = await chromium.launch({ executablePath: process.env.FLITCH_CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
  try {
    await start(settings);
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    await page.goto(`${at}/`);
    await alive(page);
    await page.getByLabel('Team name').fill('Bench');
    await page.getByLabel('E-mail address').fill('ann@acme.example');
    await page.getByLabel('Password').fill('correct horse battery');
    await page.getByLabel('Set-up code').fill(readFileSync(join(data, 'setup-code'), 'utf8'));
    await page.getByRole('button', { name: 'Make the team' }).click();
    await page.waitForURL('**/data');
    await measure(page, server);
  } finally {
    await browser.close();
    flitch.kill('SIGTERM');
    rmSync(data, { recursive: true, force: true });
  }
}

// Tests and saves a connection to that database. Answers the picker's address, and how long the test took.
export async function connect(page, name) {
  await page.goto(`${at}/data/add/redshift`);
  await alive(page);
  const string = `postgresql://${server.username}:${server.password}@127.0.0.1:${server.port}/${name}`;
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
  return { picker: page.url(), checked };
}
