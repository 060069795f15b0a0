// `flitch check`: the same stages in a terminal.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '../support/flitch.js';

const program = join(process.env.FLITCH_TARGET, 'debug/flitch');

function check(flitch, { input = '', args = [] }) {
  const reach = ['--dev-loopback', '--ca-file', flitch.ca];
  const { status, stdout, stderr } = spawnSync(program, ['check', ...reach, ...args], { input, encoding: 'utf8' });
  return { status, stdout, stderr };
}

const string = (flitch, password = 'Sample-Reader-1') =>
  `postgresql://flitch_readonly:${password}@localhost:${flitch.samplePort}/dev`;

test('a string from standard input or a file is checked stage by stage', async ({ flitch }) => {
  const piped = check(flitch, { input: `${string(flitch)}\n` });
  expect(piped.status, piped.stderr).toBe(0);
  expect(piped.stdout).toContain('Amazon Redshift 1.0.77467 answers.');
  expect(piped.stdout).toContain('GRANT SELECT ON public.payroll TO flitch_readonly;');
  expect(piped.stdout + piped.stderr).not.toContain('Sample-Reader-1');

  const file = join(flitch.data, 'string');
  writeFileSync(file, string(flitch));
  const lines = check(flitch, { args: ['--file', file, '--json'] });
  const stages = lines.stdout.trim().split('\n').map((line) => JSON.parse(line));
  expect(stages.slice(0, 9).map((stage) => stage.stage)).toEqual([
    'read', 'address', 'tcp', 'tls', 'sign_in', 'read_only', 'database', 'tables', 'rights',
  ]);
  expect(stages[9].outcome).toBe('warned');
});

test('the exit code says which stage failed, and no output the password', async ({ flitch }) => {
  const wrong = string(flitch, 'Zq7-canary');
  for (const [input, args, status, said] of [
    [wrong, [], 14, 'does not exist here, or the password is wrong'],
    [wrong, ['--json'], 14, '"password_refused"'],
    [string(flitch).replace('localhost', '10.0.0.5'), [], 11, 'may not connect to'],
    [string(flitch).replace(/:\d+\//, ':1/'), [], 12, 'refused'],
    [string(flitch).replace('/dev', '/nope'), [], 14, 'there is no database nope'],
    [string(flitch).replace('/dev', '/empty'), [], 16, 'no table and no view'],
    ['mysql://u:Zq7-canary@host/dev', [], 2, 'postgresql://'],
    ['', [], 2, ''],
  ]) {
    const ran = check(flitch, { input, args });
    expect(ran.status, `${input}: ${ran.stdout}${ran.stderr}`).toBe(status);
    expect(ran.stdout + ran.stderr).toContain(said);
    expect(ran.stdout + ran.stderr).not.toContain('Zq7-canary');
  }
});
