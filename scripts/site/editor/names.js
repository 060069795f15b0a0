// The connection's schemas, tables and columns, fetched when they are first wanted.
import { RESERVED } from "./dialect.js";

/** Redshift's search path begins there. */
const OPEN = "public";
const RETRY_MS = 30_000;

/** Answers `Names`, or nothing where they could not be had. */
export function loader(textarea) {
  let known = { url: null };
  return () => {
    const url = textarea.dataset.completions;
    if (known.url !== url || Date.now() > known.until) {
      const entry = { url, until: Infinity };
      entry.names = url ? fetchNames(url).catch(() => { entry.until = Date.now() + RETRY_MS; }) : null;
      known = entry;
    }
    return known.names;
  };
}

async function fetchNames(url) {
  const response = await fetch(url, { credentials: "same-origin", headers: { accept: "application/json" } });
  if (!response.ok) {
    throw new Error(`${response.status}`);
  }
  return new Names((await response.json()).schemas);
}

class Names {
  #schemas;
  #tables = new Map();
  #all;

  constructor(schemas) {
    this.#schemas = new Map(Object.entries(schemas).map(([name, tables]) => [name, new Map(Object.entries(tables))]));
    this.#all = [...this.#schemas.keys()].map((name) => option(name, "schema"));
  }

  /** Where no path is written: whatever can be named without one. */
  open({ tables, withs, isTable }) {
    const places = [...withs.map((name) => option(name, "with", 3)), ...this.#tablesOf(OPEN), ...this.#all];
    if (isTable) {
      return places;
    }
    const columns = new Map();
    for (const { path } of tables) {
      for (const column of this.#columnsOf(path)) {
        columns.set(column, option(column, path.at(-1), 2));
      }
    }
    const aliases = tables.filter(({ alias }) => alias).map(({ alias, path }) => option(alias, path.at(-1), 1));
    return [...columns.values(), ...aliases, ...places];
  }

  /** Below `schema.`, `table.`, `alias.` or `schema.table.`. */
  under(path, tables) {
    const named = path.length === 1 && tables.find(({ alias }) => alias === path[0]);
    const table = named ? named.path : path;
    const found = named || path.length > 1 ? [] : this.#tablesOf(path[0]);
    // Without its schema a table is known by the statement that names it, or it is an open one.
    const full = table.length === 1 ? (tables.find((other) => other.path.at(-1) === table[0])?.path ?? table) : table;
    return [...new Set(this.#columnsOf(full))].map((column) => option(column, full.at(-1), 1)).concat(found);
  }

  #tablesOf(schema) {
    if (!this.#tables.has(schema)) {
      const tables = [...(this.#schemas.get(schema)?.keys() ?? [])];
      this.#tables.set(schema, tables.map((name) => option(name, schema)));
    }
    return this.#tables.get(schema);
  }

  /** A database's name may come first. */
  #columnsOf(path) {
    const [schema, table] = path.length === 1 ? [OPEN, path[0]] : path.slice(-2);
    return this.#schemas.get(schema)?.get(table) ?? [];
  }
}

function option(label, detail, boost = 0) {
  const isPlain = /^[a-z_][a-z0-9_$]*$/.test(label) && !RESERVED.has(label);
  return { label, detail, boost, ...(!isPlain && { apply: `"${label.replaceAll('"', '""')}"` }) };
}
