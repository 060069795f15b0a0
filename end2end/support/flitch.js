// A Flitch of each worker's own, with a sample cluster beside it, and a page that is signed in.
import AxeBuilder from '@axe-core/playwright';
import { test as base, expect } from '@playwright/test';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Balancer } from './balancer.mjs';
import { SECRET, leaks, leaksIn } from './canary.js';
import { database } from './postgres.mjs';

const target = process.env.FLITCH_TARGET;
// How many servers share one store, in PostgreSQL, and one address, where each request meets another of them.
const SERVERS = Number(process.env.FLITCH_END2END_SERVERS ?? 1);
export const SAMPLE_HOST = 'sample.abc123xyz789.us-east-1.redshift.amazonaws.com';
export const WORKGROUP_HOST = 'sample-wg.123456789012.us-east-1.redshift-serverless.amazonaws.com';
export const PASSWORD = 'correct horse battery';
export const EMAIL = 'ann@acme.example';

export const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

async function until(holds, what) {
  for (let tries = 0; tries < 600; tries += 1) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`gave up waiting for ${what}`);
}

const ended = (child) => new Promise((resolve) => (child.exitCode === null ? child.once('exit', resolve) : resolve()));

// What this worker's servers said went wrong, for whoever reads a failed test.
const servers = new Set();
const failures = () => [...servers].flatMap(({ output }) => output.split('\n').filter((line) => /ERROR|panicked/.test(line)).slice(-5)).join('\n');

export class Flitch {
  constructor() {
    servers.add(this);
    this.data = mkdtempSync(join(tmpdir(), 'flitch-e2e-'));
    this.ca = join(this.data, 'sample-ca.pem');
    this.output = '';
  }

  async start() {
    this.samplePort = await freePort();
    this.aws = `127.0.0.1:${await freePort()}`;
    this.sample = spawn(
      join(target, 'debug/sample-cluster'),
      ['--listen', `127.0.0.1:${this.samplePort}`, '--aws', this.aws, '--mint-password', SECRET, '--ca-file', this.ca, '--sales', '20000'],
      { stdio: 'ignore' },
    );
    await until(() => existsSync(this.ca), 'the sample cluster');
    this.port = await freePort();
    this.url = `http://127.0.0.1:${this.port}`;
    this.places = [];
    for (let count = 0; count < SERVERS; count += 1) {
      this.places.push({ port: SERVERS === 1 ? this.port : await freePort(), metrics: `127.0.0.1:${await freePort()}` });
    }
    if (SERVERS > 1) {
      this.store = database(`end2end_${this.port}`);
      this.balancer = new Balancer(this.places.map(({ port }) => port));
      await this.balancer.listen(this.port);
    }
    await this.serve();
  }

  // Also after a kill: the same data, the same port.
  async serve() {
    this.servers = [];
    // One after the other: the first one makes what all of them share.
    for (const place of this.places) this.servers.push(await this.served(place));
  }

  async served({ port, metrics }) {
    const args = [
      'serve', '--listen', `127.0.0.1:${port}`, '--public-url', this.url, '--data', this.data,
      '--site', join(target, 'site'), '--metrics-listen', metrics, '--log', 'trace', '--checks-per-minute', '1000', '--egress-ips', '203.0.113.7,2001:db8::7',
      '--dev-loopback', '--dev-ca', this.ca, '--dev-sample', this.sampleString(),
      '--dev-resolve', [SAMPLE_HOST, WORKGROUP_HOST].map((host) => `${host}=127.0.0.1:${this.samplePort}`).join(','),
      '--dev-sample-iam', 'jdbc:redshift:iam://sample:us-east-1/dev?DbUser=flitch_readonly',
    ];
    // With as few open files as most systems let a process begin with.
    const begun = ['-c', 'ulimit -Sn 1024 && exec "$0" "$@"', join(target, 'debug/flitch'), ...args];
    const server = spawn('sh', begun, { env: this.env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [server.stdout, server.stderr]) {
      stream.on('data', (text) => {
        this.output += text;
      });
    }
    await until(() => fetch(`http://127.0.0.1:${port}/health/ready`).then((answer) => answer.ok, () => false), 'Flitch');
    return server;
  }

  // The server's own AWS identity is the pretend AWS's; nothing of this machine's is looked at.
  get env() {
    const own = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'));
    return {
      ...Object.fromEntries(own),
      ...(this.store && { FLITCH_DATABASE_URL: this.store }),
      AWS_ENDPOINT_URL: `http://${this.aws}`,
      AWS_ACCESS_KEY_ID: 'AKIASAMPLEFLITCH0001',
      AWS_SECRET_ACCESS_KEY: 'sample-secret-key',
      AWS_EC2_METADATA_DISABLED: 'true',
    };
  }

  async kill() {
    for (const server of this.servers) server.kill('SIGKILL');
    await Promise.all(this.servers.map(ended));
  }

  // What Prometheus gets.
  async readMetrics() {
    const read = this.places.map(({ metrics }) => fetch(`http://${metrics}/metrics`).then((answer) => answer.text()));
    return (await Promise.all(read)).join('\n');
  }

  // O-SEC-01, -02, -06, -09, -10 over whatever the tests did: a canary is looked for in the log at its finest, in the
  // database's files and in the metrics; the page below looks into every answer and its address.
  async stop() {
    const metrics = await this.readMetrics().catch(() => '');
    for (const child of [...(this.servers ?? []), this.sample]) {
      child?.kill('SIGTERM');
      if (child) await ended(child);
    }
    await this.balancer?.close();
    const stored = this.store ? execFileSync('pg_dump', [this.store], { encoding: 'utf8', maxBuffer: 1 << 30 }) : '';
    expect(this.output, 'a panic').not.toMatch(/panicked at.*/);
    expect([...leaks(this.output + metrics + stored), ...leaksIn(this.data)], 'passwords in logs, metrics and files').toEqual([]);
    rmSync(this.data, { recursive: true, force: true });
  }

  sampleString(user = 'flitch_readonly', password = 'Sample-Reader-1', database = 'dev') {
    return `postgresql://${user}:${password}@${SAMPLE_HOST}:5439/${database}?sslmode=require`;
  }

  get setupCode() {
    return readFileSync(join(this.data, 'setup-code'), 'utf8');
  }
}

// Loads a page and, with JavaScript, waits until it is alive: a click before that does nothing.
export async function visit(page, url, hasScript) {
  await page.goto(url);
  if (hasScript) await alive(page);
}

export const alive = (page) => page.locator('html[data-hydrated]').waitFor({ state: 'attached' });

export async function found(page, flitch, hasScript) {
  await visit(page, `${flitch.url}/`, hasScript);
  await page.getByLabel('Team name').fill('Acme');
  await page.getByLabel('E-mail address').fill(EMAIL);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByLabel('Set-up code').fill(flitch.setupCode);
  await page.getByRole('button', { name: 'Make the team' }).click();
  await page.waitForURL('**/data');
}

async function running({}, use) {
  const flitch = new Flitch();
  await flitch.start();
  await use(flitch);
  await flitch.stop();
}

export const test = base.extend({
  // One per worker.
  flitch: [running, { scope: 'worker' }],

  hasScript: async ({ javaScriptEnabled }, use) => use(javaScriptEnabled !== false),

  // Every page: a console error or an exception fails the test.
  page: async ({ page }, use) => {
    const errors = [];
    page.on('pageerror', (error) => errors.push(`exception: ${error.message} on ${page.url()}`));
    page.on('console', (message) => {
      // The browser's own words for an answer of 4xx, and for a server that is down or out of reach.
      const isMissing = /status of 4|net::ERR_(CONNECTION|INTERNET_DISCONNECTED)/.test(message.text());
      if (message.type() === 'error' && !isMissing) errors.push(`console: ${message.text()}`);
    });
    // Nor is a minted password in any answer of Flitch's.
    page.on('response', async (response) => {
      const body = await response.text().catch(() => '');
      errors.push(...leaks(body + response.url()).map((form) => `leak: ${form} in ${response.url()}`));
    });
    await use(page);
    expect(errors, failures()).toEqual([]);
  },

  // Signed in; the team is made by whoever comes first.
  member: async ({ page, flitch, hasScript }, use) => {
    await visit(page, `${flitch.url}/`, hasScript);
    if (page.url().endsWith('/welcome')) {
      await found(page, flitch, hasScript);
    } else {
      await page.getByLabel('E-mail address').fill(EMAIL);
      await page.getByLabel('Password').fill(PASSWORD);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.waitForURL('**/data');
    }
    if (hasScript) await alive(page);
    await use(page);
  },
});

// With a Flitch of its own, for what would be in the way of other tests: a fixture that is named anew gets workers anew.
export const ownTest = test.extend({
  flitch: [running, { scope: 'worker' }],
});

// Another such, so that the two do not share one either.
export const queryTest = test.extend({
  flitch: [running, { scope: 'worker' }],
});

// Another, whose snapshots are counted.
export const refreshTest = test.extend({
  flitch: [running, { scope: 'worker' }],
});

// Pastes the string, tests, and waits for the check's end.
export async function testConnection(page, flitch, hasScript, string, more = async () => {}) {
  await visit(page, `${flitch.url}/data/add/redshift?method=string`, hasScript);
  await page.getByRole('textbox', { name: 'Connection string' }).fill(string);
  await more();
  await page.getByRole('button', { name: 'Test connection' }).click();
  await page.waitForURL('**/checks/**');
  await page.getByRole('button', { name: 'Check again' }).waitFor({ timeout: 30_000 });
}

// No violation that axe knows. It is a script: where scripts are off nothing can run it, and the markup is the same.
export async function accessible(page, hasScript = true) {
  if (!hasScript) return;
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map((found) => `${found.id}: ${found.nodes.map((node) => node.html).join(' ')}`)).toEqual([]);
}

export { expect };
