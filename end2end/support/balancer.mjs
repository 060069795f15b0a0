// One address for several servers, each request to another one: as a load balancer without sticky sessions.
import { createServer, request } from 'node:http';

export class Balancer {
  constructor(ports) {
    this.ports = ports;
    this.next = 0;
  }

  listen(port) {
    this.server = createServer((asked, answer) => {
      const to = this.ports[this.next % this.ports.length];
      this.next += 1;
      const { method, url: path, rawHeaders: headers } = asked;
      const sent = request({ host: '127.0.0.1', port: to, method, path, headers, agent: false }, (came) => {
        answer.writeHead(came.statusCode, came.rawHeaders);
        came.pipe(answer);
        came.on('error', () => answer.destroy());
      });
      asked.pipe(sent);
      sent.on('error', () => answer.destroy());
      answer.on('close', () => sent.destroy());
    });
    return new Promise((resolve) => this.server.listen(port, '127.0.0.1', resolve));
  }

  close() {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }
}
