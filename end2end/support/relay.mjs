// A way to a server that can be cut and mended: a port of its own that leads there.
import { connect, createServer } from 'node:net';

export class Relay {
  constructor(host, port) {
    this.there = { host, port };
    this.port = 0;
    this.open = new Set();
  }

  // The same port each time.
  async mend() {
    this.server = createServer((here) => {
      const there = connect(this.there);
      for (const [one, other] of [[here, there], [there, here]]) {
        this.open.add(one);
        one.pipe(other);
        one.on('error', () => other.destroy());
        one.on('close', () => { this.open.delete(one); other.destroy(); });
      }
    });
    await new Promise((resolve) => this.server.listen(this.port, '127.0.0.1', resolve));
    this.port = this.server.address().port;
  }

  // Nobody listens there any more.
  async cut() {
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const socket of this.open) socket.destroy();
    await closed;
  }
}
