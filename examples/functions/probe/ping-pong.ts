import { createSocket } from 'node:dgram';
import { once } from 'node:events';

export interface PingPongOptions {
  readonly host: string;
  readonly port: number;
  readonly count: number;
  /** Bytes per datagram, at least 4. */
  readonly bytes: number;
  readonly timeoutMs: number;
}

/** Sends datagrams one after the other to a peer that returns them; one that does not return in time is lost. */
export async function pingPong(
  options: PingPongOptions,
): Promise<{ roundTripMs: number[]; lostCount: number }> {
  const { host, port, count, bytes, timeoutMs } = options;
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  // Connected, so that datagrams from anywhere else are dropped.
  socket.connect(port, host);
  await once(socket, 'connect');
  const roundTripMs: number[] = [];
  let lostCount = 0;
  const datagram = Buffer.alloc(Math.max(4, bytes));
  try {
    for (let number = 0; number < count; number += 1) {
      datagram.writeUInt32BE(number);
      const began = performance.now();
      const back = answered(socket, number, timeoutMs);
      socket.send(datagram);
      if (await back) roundTripMs.push(performance.now() - began);
      else lostCount += 1;
    }
  } finally {
    socket.close();
  }
  return { roundTripMs, lostCount };
}

/** Whether the datagram with that number returns in time; ignores a late one with an earlier number. */
function answered(
  socket: ReturnType<typeof createSocket>,
  number: number,
  timeoutMs: number,
): Promise<boolean> {
  return new Promise((resolve) => {
    const finish = (came: boolean): void => {
      clearTimeout(timer);
      socket.off('message', onMessage).off('error', onError);
      resolve(came);
    };
    const onMessage = (message: Buffer): void => {
      if (message.length >= 4 && message.readUInt32BE() === number) finish(true);
    };
    // No process listens there: the kernel reports that with the next datagram.
    const onError = (): void => finish(false);
    const timer = setTimeout(() => finish(false), timeoutMs);
    socket.on('message', onMessage).on('error', onError);
  });
}
