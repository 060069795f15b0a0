// Counts which faults of the catalogue were met, among the Rust tests that passed (JUNIT: nextest's report) and among the
// walks of whole processes (LOG: what scripts/faults said), and fails when one was not met where it should have been.
//
//   node scripts/fault-cases.mjs JUNIT LOG
import { readFileSync } from 'node:fs';

const [junit, log] = process.argv.slice(2).map((path) => readFileSync(path, 'utf8'));
const id = (number) => `O-FAULT-${String(number).padStart(2, '0')}`;
const faults = Array.from({ length: 26 }, (_, at) => id(at + 1));

// A test case that ends in its own tag has nothing in it: no failure.
const passed = [...junit.matchAll(/<testcase name="[^"]*o_fault_(\d\d)[^>]*(?:\/>|>(.*?)<\/testcase>)/gs)].filter(([, , inside]) => !/<(failure|error)/.test(inside ?? ''));
const met = {
  tests: new Set(passed.map(([, number]) => id(number))),
  processes: new Set([...log.matchAll(/^O-FAULT-(\d\d)/gm)].map(([, number]) => id(number))),
};
const due = {
  tests: faults.filter((fault) => /-(1\d|2[0126])$/.test(fault)),
  processes: faults.filter((fault) => /-(0\d|12|13|2[345])$/.test(fault)),
};
const missing = [];
const counts = Object.entries(due).map(([where, wanted]) => {
  const found = wanted.filter((fault) => met[where].has(fault));
  missing.push(...wanted.filter((fault) => !met[where].has(fault)).map((fault) => `${fault} by ${where}`));
  return `${where} ${found.length}/${wanted.length}`;
});
console.log(`cases: faults       ${faults.length} ids   ${counts.join('   ')}`);
if (missing.length > 0) {
  console.error(`cases: did not pass: ${missing.join(', ')}`);
  process.exit(1);
}
