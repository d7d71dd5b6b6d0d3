import { createSocket } from 'node:dgram';
import { once } from 'node:events';

export interface PingPongOptions {
  readonly host: string;
  readonly port: number;
  readonly count: number;
  /** Of a datagram, at least 4. */
  readonly bytes: number;
  readonly timeoutMs: number;
}

/** Datagrams to a peer that sends them back, one after another; what does not come back in time is lost. */
export async function pingPong(
  options: PingPongOptions,
): Promise<{ roundTripMs: number[]; lostCount: number }> {
  const { host, port, count, bytes, timeoutMs } = options;
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  // Connected: what comes from anywhere else is not taken.
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

/** Whether the datagram of that number comes back in time; a late one of an earlier number is passed over. */
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
    // Nobody listens there: the kernel says so with the next datagram.
    const onError = (): void => finish(false);
    const timer = setTimeout(() => finish(false), timeoutMs);
    socket.on('message', onMessage).on('error', onError);
  });
}
