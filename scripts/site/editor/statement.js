// Reads one statement as far as completion needs it: what is being written, and which tables the statement names.

const TOKEN = /--.*|\/\*[^]*?(?:\*\/|$)|'(?:[^']|'')*'?|"(?:[^"]|"")*"?|[\w$\u0080-\uffff]+|\S/g;
const BEFORE_TABLE = new Set(["from", "join", "into", "update", "table"]);
const NO_ALIAS = new Set(
  `where on using group order having limit offset join left right inner full cross natural union intersect except minus
  qualify set values select pivot unpivot window as when default lateral for fetch start connect`.split(/\s+/),
);

/** `word` is what stands before the cursor, `path` the names before its dots. */
export function read(text, cursor) {
  const all = tokens(text);
  const before = tokens(text.slice(0, cursor));
  const last = before.at(-1);
  const word = last && isName(last) && text.slice(0, cursor).endsWith(last) ? before.pop() : "";
  const path = [];
  while (before.length > 1 && before.at(-1) === "." && isName(before.at(-2))) {
    before.pop();
    path.unshift(plain(before.pop()));
  }
  return { word, path, tables: tables(all), withs: withs(all), isTable: isTablePlace(before) };
}

function tokens(text) {
  return (text.match(TOKEN) ?? []).filter((token) => !/^(--|\/\*)/.test(token));
}

function isName(token) {
  return /^["\w$\u0080-\uffff]/.test(token);
}

/** Redshift writes all names in small letters, unless they are quoted. */
function plain(token) {
  return token.startsWith('"') ? token.replace(/^"|"$/g, "").replaceAll('""', '"') : token.toLowerCase();
}

/** Each table of the statement by its path, with its alias. */
function tables(all) {
  const found = [];
  for (let at = 0; at < all.length; at += 1) {
    if (!BEFORE_TABLE.has(all[at].toLowerCase())) {
      continue;
    }
    do {
      at = table(all, at + 1, found);
    } while (all[at] === ",");
    at -= 1;
  }
  return found;
}

/** Reads one table, and answers where it ends. */
function table(all, at, found) {
  const path = [];
  while (at < all.length && isName(all[at])) {
    path.push(plain(all[at]));
    at += 1;
    if (all[at] !== ".") {
      break;
    }
    at += 1;
  }
  if (path.length === 0) {
    return at;
  }
  if (all[at]?.toLowerCase() === "as") {
    at += 1;
  }
  let alias = "";
  if (at < all.length && isName(all[at]) && !NO_ALIAS.has(all[at].toLowerCase())) {
    alias = plain(all[at]);
    at += 1;
  }
  found.push({ path, alias });
  return at;
}

/** What `with … as (` names. */
function withs(all) {
  const isOne = (token, at) => isName(token) && all[at + 1]?.toLowerCase() === "as" && all[at + 2] === "(";
  return all.filter(isOne).map(plain);
}

/** After `from`, or after a comma in its list. */
function isTablePlace(before) {
  for (let at = before.length - 1; at >= 0; at -= 1) {
    const token = before[at].toLowerCase();
    if (BEFORE_TABLE.has(token)) {
      return at === before.length - 1 || before.at(-1) === ",";
    }
    if (!isName(token) && token !== "." && token !== ",") {
      return false;
    }
    if (NO_ALIAS.has(token) && token !== "as") {
      return false;
    }
  }
  return false;
}
