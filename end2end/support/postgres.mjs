// Databases of the throwaway PostgreSQL: sources, and stores that several servers share.
import { execFileSync } from 'node:child_process';
import { createServer, connect } from 'node:net';

const root = process.env.FLITCH_TEST_POSTGRES;

export const psql = (url, sql) =>
  execFileSync('psql', [url, '-AtqX', '-v', 'ON_ERROR_STOP=1', '-c', sql], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();

// A fresh database, as psql's address of it.
export function database(purpose) {
  const name = `${purpose}_${process.pid}`;
  psql(root, `create database ${name}`);
  return root.replace(/\/[^/]*$/, `/${name}`);
}

// What somebody types into Flitch to connect it.
export function connectionString(url) {
  const { host, pathname } = new URL(url.replace('postgres:', 'http:'));
  return `postgresql://flitch:flitch@${host}${pathname}`;
}

// The way to a server, which can be cut: connections end, and new ones are refused until it is mended.
export class Way {
  constructor(url) {
    this.url = new URL(url.replace('postgres:', 'http:'));
    this.ends = new Set();
  }

  async open() {
    const [host, port] = [this.url.hostname, Number(this.url.port)];
    const listener = createServer((near) => {
      const far = connect(port, host);
      for (const [one, other] of [[near, far], [far, near]]) {
        this.ends.add(one);
        one.pipe(other);
        one.on('error', () => other.destroy());
        one.on('close', () => { this.ends.delete(one); other.destroy(); });
      }
    });
    await new Promise((resolve) => listener.listen(this.port ?? 0, '127.0.0.1', resolve));
    this.port = listener.address().port;
    this.listener = listener;
  }

  // The address through here.
  get address() {
    return `postgres://flitch:flitch@127.0.0.1:${this.port}${this.url.pathname}`;
  }

  cut() {
    this.listener.close();
    for (const end of this.ends) end.destroy();
  }
}
