// Counts which cases of the catalogue ran, per section and layer, and fails when an id did not run where it should.
// Tests write a line `ID LAYER` into the folder of FLITCH_CASES when they pass.
import { readFileSync, readdirSync } from 'node:fs';

const folder = process.argv[2];
const data = new URL('../server/testkit/cases/', import.meta.url);

const all = () => true;
// Which layers the cases of a file run at, and which of them.
const sections = {
  sql: { L1: all, L2: (c) => 'engine' in c, L3: all, L4: all },
  sql_more: { L1: all, L3: all, L4: all },
  sql_allowed: { L1: all, L3: all, L4: all },
  sql_controls: { L1: all, L3: all, L4: all },
  identifiers: { L3: all },
  connections: { L1: all, L3: all },
  hosts: { L3: all },
  dns: { L3: all },
  peers: { L2: all, L3: all },
};

const ran = new Set();
for (const file of readdirSync(folder)) {
  for (const line of readFileSync(`${folder}/${file}`, 'utf8').split('\n')) ran.add(line);
}

const missing = [];
for (const [section, layers] of Object.entries(sections)) {
  const lines = readFileSync(new URL(`${section}.jsonl`, data), 'utf8').split('\n').filter(Boolean);
  const cases = lines.map((line) => JSON.parse(line));
  const counts = Object.entries(layers).map(([layer, applies]) => {
    const due = cases.filter(applies).map((c) => c.id);
    missing.push(...due.filter((id) => !ran.has(`${id} ${layer}`)).map((id) => `${id} at ${layer}`));
    return `${layer} ${due.filter((id) => ran.has(`${id} ${layer}`)).length}/${due.length}`;
  });
  console.log(`cases: ${section.padEnd(12)} ${String(cases.length).padStart(3)} ids   ${counts.join('   ')}`);
}
if (missing.length > 0) {
  console.error(`cases: did not pass: ${missing.join(', ')}`);
  process.exit(1);
}
