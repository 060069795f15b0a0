// A secret that must be found nowhere: every user that the pretend AWS mints has it as the password. The search is for
// each piece of six characters, and for the whole in the encodings that secrets leak in.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

export const SECRET = 'Zq7!cAnArY@/:#?%&+=~';

const bytes = Buffer.from(SECRET);
const pieces = Array.from({ length: SECRET.length - 5 }, (_, at) => SECRET.slice(at, at + 6));
// The middle of each alignment, where no neighbour has a part.
const base64 = [0, 1, 2].map((shift) => Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64').slice(4, -4));
const forms = [...pieces, ...base64, bytes.toString('hex'), encodeURIComponent(SECRET)];

export const leaks = (text) => forms.filter((form) => text.includes(form));

// Whatever stands in the files of a folder.
export function leaksIn(folder) {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? leaksIn(path) : leaks(readFileSync(path, 'latin1')).map((form) => `${path}: ${form}`);
  });
}
