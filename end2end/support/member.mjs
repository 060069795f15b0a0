// A Flitch as a process, and somebody who uses it as the page's scripts do.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { psql } from './postgres.mjs';

const target = process.env.FLITCH_TARGET;
process.setMaxListeners(0);
// With its servers, which end when it exits.
process.once('SIGTERM', () => process.exit(1));
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// A time of day, UTC, that does not come round in the middle of a walk.
export const halfADayAway = () => new Date(Date.now() + 12 * 3_600_000).toISOString().slice(11, 16);

export const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

export async function until(holds, what, seconds = 60) {
  const began = Date.now();
  for (;;) {
    const found = await holds();
    if (found) return found;
    if (Date.now() - began > seconds * 1000) throw new Error(`gave up waiting for ${what}`);
    await sleep(20);
  }
}

export class Server {
  constructor(more = [], program = join(target, 'debug/flitch')) {
    this.program = program;
    this.data = mkdtempSync(join(tmpdir(), 'flitch-faults-'));
    this.more = more;
    this.lease = 3;
    this.log = 'info,server::refresher=trace';
    this.output = '';
    this.listeners = new Set();
    this.command = (program, programArgs) => spawn(program, programArgs, { stdio: ['ignore', 'pipe', 'pipe'] });
  }

  args() {
    this.url = `http://127.0.0.1:${this.port}`;
    return [
      'serve', '--listen', `127.0.0.1:${this.port}`, '--public-url', this.url, '--data', this.data, '--site', join(target, 'site'),
      '--dev-loopback', '--dev-ca', process.env.FLITCH_TEST_POSTGRES_CA, '--log', this.log,
      '--refresh-lease-seconds', String(this.lease), ...this.more,
    ];
  }

  async start() {
    this.port ??= await freePort();
    const began = Date.now();
    this.child = this.command(this.program, this.args());
    for (const stream of [this.child.stdout, this.child.stderr]) {
      let rest = '';
      stream.on('data', (text) => {
        this.output += text;
        const lines = (rest + text).split('\n');
        rest = lines.pop();
        for (const line of lines) for (const listen of this.listeners) listen(line);
      });
    }
    const child = this.child;
    process.once('exit', () => child.kill('SIGKILL'));
    const isReady = () => fetch(`${this.url}/health/ready`).then((answer) => answer.ok, () => false);
    await until(isReady, 'Flitch').catch((error) => { throw new Error(`${error.message}: ${this.output.slice(-2000)}`); });
    return Date.now() - began;
  }

  // Resolves with the line, once the log has one like it.
  line(pattern) {
    return new Promise((resolve) => {
      const listen = (line) => {
        if (!pattern.test(line)) return;
        this.listeners.delete(listen);
        resolve(line);
      };
      this.listeners.add(listen);
    });
  }

  // What its store of metadata says to a query, as lines with `|` between values.
  stored(sql) {
    const at = this.more.indexOf('--database-url');
    if (at >= 0) return psql(this.more[at + 1], sql);
    return execFileSync('sqlite3', ['-cmd', '.timeout 5000', join(this.data, 'flitch.sqlite'), sql], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  }

  signal(name) {
    return new Promise((resolve) => {
      if (this.child.exitCode !== null || this.child.signalCode !== null) resolve(this.child.exitCode);
      this.child.once('exit', (code) => resolve(code));
      this.child.kill(name);
    });
  }
}

export class Member {
  constructor(server) {
    this.server = server;
  }

  async call(path, fields) {
    const body = new URLSearchParams(fields).toString();
    const headers = { origin: this.server.url, accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' };
    if (this.cookie) headers.cookie = this.cookie;
    const answer = await fetch(`${this.server.url}/api/${path}`, { method: 'POST', headers, body, redirect: 'manual' });
    const cookie = answer.headers.get('set-cookie');
    if (cookie) this.cookie = cookie.split(';')[0];
    const text = await answer.text();
    if (answer.status >= 400) throw new Error(`${path}: ${answer.status} ${text}`);
    this.location = answer.headers.get('location') ?? answer.headers.get('serverfnredirect');
    return text ? JSON.parse(text) : null;
  }

  async found(code = readFileSync(join(this.server.data, 'setup-code'), 'utf8')) {
    await this.call('team/found', {
      'form[team_name]': 'Acme', 'form[email]': 'ann@acme.example', 'form[password]': 'correct horse battery', 'form[setup_code]': code,
    });
  }

  // A tested draft of a connection to a PostgreSQL.
  async draft(string) {
    const form = { 'form[connection_string]': string, 'form[ca_certificate]': readFileSync(process.env.FLITCH_TEST_POSTGRES_CA, 'utf8') };
    await this.call('connections/test', form);
    const [, id, check] = /connections\/([^/]+)\/checks\/([^/?]+)/.exec(this.location);
    return { id, outcome: await this.outcome(id, check) };
  }

  outcome(id, check) {
    return until(async () => {
      const { outcome } = await this.call('checks/show', { connection_id: id, check_id: check });
      return outcome === 'running' ? null : outcome;
    }, 'the check');
  }

  // Connects it, and makes all of its schema `public` datasets.
  async connect(string) {
    const { id } = await this.draft(string);
    await this.call('connections/save', { id });
    await this.call('datasets/add', { 'picks[connection_id]': id, 'picks[whole_schema]': 'public' });
    this.connection = id;
    this.datasets = await this.call('datasets/list', {});
  }

  set(dataset, unit = 'asked', every = 1) {
    return this.call('refreshes/set', { dataset_id: dataset, 'schedule[unit]': unit, 'schedule[every]': every, 'schedule[at]': halfADayAway(), 'schedule[zone]': 'UTC' });
  }

  refresh(dataset) {
    return this.call('refreshes/ask', { dataset_id: dataset });
  }

  shown(dataset) {
    return this.call('refreshes/show', { dataset_id: dataset });
  }

  // The answer to a question of the explorer's, once it is there.
  async ask(dataset, view) {
    const asked = await until(async () => {
      const answer = await this.call('queries/ask', { dataset_id: dataset, view: `?view=explore&${view}` });
      return ['waiting', 'running', 'cancelling'].includes(answer.query.state) ? null : answer;
    }, 'an answer');
    return asked.query;
  }
}
