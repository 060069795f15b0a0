// Reads `flitch serve --help` on standard input and puts its settings into the README as a table.
import { readFileSync, writeFileSync } from 'node:fs';

const rows = [];
for (const block of readFileSync(0, 'utf8').split(/\n(?=      ?--|  -)/)) {
  const flag = /--([a-z-]+)/.exec(block)?.[1];
  const variable = /\[env: ([A-Z_]+)/.exec(block)?.[1];
  if (!flag || !variable) continue;
  const text = block
    .split('\n')
    .slice(1)
    .map((line) => line.trim())
    .filter((line) => line && !line.startsWith('['))
    .join(' ')
    .replaceAll(/ \[(env|default): [^\]]*\]/g, '');
  const standard = /\[default: ([^\]]+)\]/.exec(block)?.[1];
  rows.push(`| \`${variable}\` | ${standard ? `\`${standard}\`` : ''} | ${text.replaceAll('|', '\\|')} |`);
}
const table = ['| variable | default | what it is |', '|---|---|---|', ...rows].join('\n');
const readme = readFileSync('README.md', 'utf8');
const [before, rest] = readme.split('<!-- settings -->');
const [, after] = rest.split('<!-- /settings -->');
writeFileSync('README.md', `${before}<!-- settings -->\n${table}\n<!-- /settings -->${after}`);
