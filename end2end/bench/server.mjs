// Starts the server five times on an empty folder and prints how long it takes to be ready and what it holds in
// memory at rest. Medians of five.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const [program, site] = process.argv.slice(2);
const port = 39517;
const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

async function once() {
  const data = mkdtempSync(join(tmpdir(), 'flitch-bench-'));
  const started = performance.now();
  const server = spawn(program, ['serve', '--listen', `127.0.0.1:${port}`, '--data', data, '--site', site, '--log', 'error'], {
    stdio: 'ignore',
  });
  let ready = 0;
  for (let tries = 0; tries < 2000 && !ready; tries += 1) {
    const answer = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => undefined);
    if (answer?.ok) ready = performance.now() - started;
    else await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await fetch(`http://127.0.0.1:${port}/welcome`).then((answer) => answer.text());
  const status = readFileSync(`/proc/${server.pid}/status`, 'utf8');
  const rss = Number(/VmRSS:\s+(\d+)/.exec(status)[1]) / 1024;
  const ended = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGTERM');
  await ended;
  rmSync(data, { recursive: true });
  return { ready, rss };
}

const runs = [];
for (let run = 0; run < 5; run += 1) runs.push(await once());
console.log(`bench: ready after ${median(runs.map((run) => run.ready)).toFixed(0)} ms (first start, keys and schema made)`);
console.log(`bench: ${median(runs.map((run) => run.rss)).toFixed(1)} MiB resident after one page`);
