import { connect, createServer, type Server, type Socket } from 'node:net';

/** Where a socket can go. */
export interface Target {
  port: number;
  /** Sockets that go there now. */
  sockets: Set<Socket>;
}

/** What a load balancer answers when nobody is there. */
const nobody = 'HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n';

/**
 * The load balancer of this machine, which carries bytes and reads none: each new socket goes to the target with the fewest
 * and stays there, whatever becomes of that target. It does not listen yet.
 *
 * @param targets those that take new sockets at this moment
 */
export function createTaskFront(targets: () => Target[]): Server {
  function join(socket: Socket, tried: ReadonlySet<Target>): void {
    const [target] = targets()
      .filter((one) => !tried.has(one))
      .toSorted((one, other) => one.sockets.size - other.sockets.size);
    if (!target) {
      socket.end(nobody);
      return;
    }
    // Counted before it stands, so that many at once spread.
    target.sockets.add(socket);
    const onward = connect({ port: target.port, host: '127.0.0.1', noDelay: true });
    const refused = () => {
      target.sockets.delete(socket);
      join(socket, new Set([...tried, target]));
    };
    onward.once('error', refused);
    onward.once('connect', () => {
      onward.off('error', refused);
      onward.on('error', () => socket.destroy());
      onward.once('close', () => {
        target.sockets.delete(socket);
        socket.destroy();
      });
      socket.once('close', () => onward.destroy());
      socket.pipe(onward).pipe(socket);
    });
  }

  return createServer({ noDelay: true, pauseOnConnect: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    join(socket, new Set());
  });
}
