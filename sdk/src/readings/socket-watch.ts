import { subscribe } from 'node:diagnostics_channel';
import { envVar } from '../fence/environment.ts';
import { OWN_SOCKET } from '../io/own-socket.ts';

/** TCP connections that this program has opened and not closed. */
export interface OpenSockets {
  readonly count: number;
  /** `ADDRESS:PORT COUNT` by remote end, most first; `other COUNT` for the rest. */
  readonly peers: readonly string[];
}

interface Socket {
  readonly connecting?: unknown;
  readonly destroyed?: unknown;
  readonly remoteAddress?: unknown;
  readonly remotePort?: unknown;
  /** Of one that was accepted. */
  readonly server?: unknown;
}

const MAX_PEERS = 16;
// Each costs a weak reference, and 0.5 µs per reading.
const MAX_SOCKETS = 1024;

/**
 * Tracks the program's open TCP connections: those that existed when this was created, and those that Node's
 * diagnostics channels have reported since. Held weakly; nothing on the sockets is patched or listened to. Connections
 * of native modules are not seen. Reading the kernel's own table (/proc/net/tcp) takes 2 ms on a machine with much
 * memory, however few connections there are.
 *
 * Tracks up to 1024, at 0.5 µs each per reading.
 */
export class SocketWatch {
  readonly #sockets = new Set<WeakRef<Socket>>();
  readonly #known = new WeakSet<Socket>();
  readonly #runtimeApi: string | undefined;
  readonly #most: number;
  /** There were more than can be tracked. */
  #missed = false;

  /**
   * @param runtimeApi `host:port` of the platform's API, which is not one of the program's peers
   * @param most maximum number of tracked connections
   */
  constructor(runtimeApi = envVar('AWS_LAMBDA_RUNTIME_API'), most = MAX_SOCKETS) {
    this.#runtimeApi = runtimeApi;
    this.#most = most;
    const learn =
      (socketOf: (message: Record<string, unknown>) => unknown) =>
      (message: unknown): void => {
        try {
          this.#learn(socketOf(message as Record<string, unknown>));
        } catch {
          // The message has another shape: one connection is not tracked.
        }
      };
    subscribe(
      'net.client.socket',
      learn(({ socket }) => socket),
    );
    // The channel above reports TLS only since Node 24.
    subscribe(
      'undici:client:connected',
      learn(({ socket }) => socket),
    );
    subscribe(
      'http.client.response.finish',
      learn(({ response }) => (response as { socket?: unknown }).socket),
    );
    this.#learnActive();
  }

  /** The connections that are open now; undefined if there are too many to track. Never throws. */
  read(): OpenSockets | undefined {
    for (const reference of this.#sockets) {
      const socket = reference.deref();
      if (socket === undefined || !isOpen(socket)) this.#sockets.delete(reference);
    }
    if (this.#missed) {
      this.#missed = false;
      this.#learnActive();
      if (this.#missed) return undefined;
    }
    const counts = new Map<string, number>();
    let count = 0;
    for (const reference of this.#sockets) {
      const socket = reference.deref();
      const peer = socket && this.#peer(socket);
      if (peer === undefined) continue;
      count += 1;
      counts.set(peer, (counts.get(peer) ?? 0) + 1);
    }
    const most = [...counts].sort(([, a], [, b]) => b - a);
    const others = most.splice(MAX_PEERS).reduce((sum, [, each]) => sum + each, 0);
    if (others > 0) most.push(['other', others]);
    return { count, peers: most.map(([peer, each]) => `${peer} ${each}`) };
  }

  #learn(socket: unknown): void {
    if (typeof socket !== 'object' || socket === null || !('remotePort' in socket)) return;
    if (this.#known.has(socket) || isAccepted(socket)) return;
    if (this.#sockets.size >= this.#most) {
      this.#missed = true;
      return;
    }
    this.#known.add(socket);
    this.#sockets.add(new WeakRef(socket));
  }

  /** Connections that keep the process alive. Uses an undocumented Node function; without it, older ones are missed. */
  #learnActive(): void {
    const list: unknown = Reflect.get(process, '_getActiveHandles');
    const handles: unknown = typeof list === 'function' ? Reflect.apply(list, process, []) : [];
    for (const handle of Array.isArray(handles) ? (handles as object[]) : []) {
      if (isOpen(handle)) this.#learn(handle);
    }
  }

  /** Undefined for sockets that are not connected, not TCP, or not the program's. */
  #peer(socket: Socket): string | undefined {
    const { remoteAddress: address, remotePort: port } = socket;
    if (typeof address !== 'string' || typeof port !== 'number' || OWN_SOCKET in socket) return undefined;
    const peer = `${address.includes(':') ? `[${address}]` : address}:${port}`;
    return peer === this.#runtimeApi ? undefined : peer;
  }
}

/** Whether it is or will be connected by TCP; pipes have no port. */
function isOpen({ connecting, destroyed, remotePort }: Socket): boolean {
  return destroyed !== true && (connecting === true || typeof remotePort === 'number');
}

function isAccepted({ server }: Socket): boolean {
  return server !== undefined && server !== null;
}
