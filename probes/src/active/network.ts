import type * as Http from 'node:http';
import type { Socket } from 'node:net';
import { ProbeError } from '../errors.ts';
import { bounded } from './bounds.ts';
import type { ProbeBounds } from './bounds.ts';

export interface NetworkProbeOptions extends ProbeBounds {
  /**
   * `http://…` or `https://…`: connect, GET, read the body. `tcp://host:port`: connect only. A string or a `URL`.
   */
  readonly endpoint: string | { readonly href: string };
  /** Maximum number of bytes read from the body, default 1 MiB, 0 to 256 MiB. */
  readonly bytes?: number;
}

/** Results of one network probe; a step that was not reached is absent. Times in ms. */
export interface NetworkProbe {
  /** Whether the transfer, or for `tcp` the connection, was completed. */
  readonly completed: boolean;
  /** Host of the endpoint, as given. */
  readonly address: string;
  readonly port: number;
  /** Name lookup. Absent if the host is an address. */
  readonly dnsMs?: number;
  /** First packet to established TCP connection. */
  readonly connectMs?: number;
  /** TLS handshake. Absent without TLS. */
  readonly tlsMs?: number;
  readonly status?: number;
  /** Request sent to head of the response. */
  readonly firstByteMs?: number;
  /** From the response head to the end, or to the limit on its bytes. */
  readonly transferMs?: number;
  readonly transferBytes?: number;
  /** Code of the error that ended it early, such as `ECONNREFUSED`; `ETIMEDOUT` if the time was up. */
  readonly errorCode?: string;
}

type Figures = { -readonly [key in keyof NetworkProbe]: NetworkProbe[key] };

/**
 * Measures the path to an endpoint: name lookup, TCP, TLS, first byte, transfer, each on a new connection. Stops after
 * `timeoutMillis` (1000; 10 to 60000). A missing answer is a result, not an exception.
 *
 * @throws {ProbeError} `ERR_PROBE_ENDPOINT` if the endpoint is not an `http:`, `https:` or `tcp:` address
 */
export async function probeNetwork(options: NetworkProbeOptions): Promise<NetworkProbe> {
  const url = readEndpoint(options.endpoint);
  const maxBytes = bounded(options.bytes, 1 << 20, 0, 256 << 20);
  const timeoutMs = bounded(options.timeoutMillis, 1000, 10, 60_000);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
  const figures: Figures = { completed: false, address: host, port };
  const { connect } = await import('node:net');
  const http = url.protocol === 'tcp:' ? undefined : await loadHttp(url.protocol);
  return await new Promise<NetworkProbe>((resolve) => {
    let target: Socket | Http.ClientRequest | undefined;
    const finish = (errorCode?: string): void => {
      clearTimeout(timer);
      target?.destroy();
      resolve({ ...figures, ...(errorCode !== undefined && { errorCode }) });
    };
    const timer = setTimeout(() => finish('ETIMEDOUT'), timeoutMs);
    timer.unref();
    const failed = (error: NodeJS.ErrnoException): void => finish(error.code ?? error.name);
    if (http === undefined) {
      const socket = connect({ host, port });
      target = socket.on('error', failed);
      watchSocket(socket, figures);
      socket.once('connect', () => {
        figures.completed = true;
        finish();
      });
      return;
    }
    const request = http.request(url, { agent: false, headers: { connection: 'close' } });
    target = request.on('error', failed);
    let readyMs = performance.now();
    request.once('socket', (socket) => {
      watchSocket(socket, figures);
      const event = url.protocol === 'https:' ? 'secureConnect' : 'connect';
      socket.once(event, () => (readyMs = performance.now()));
    });
    request.once('response', (response) => {
      figures.firstByteMs = performance.now() - readyMs;
      if (response.statusCode !== undefined) figures.status = response.statusCode;
      readBody(response, maxBytes, figures, finish);
    });
    request.end();
  });
}

function readBody(
  response: Http.IncomingMessage,
  maxBytes: number,
  figures: Figures,
  finish: (errorCode?: string) => void,
): void {
  const startMs = performance.now();
  let bytes = 0;
  const over = (): void => {
    figures.transferMs = performance.now() - startMs;
    figures.transferBytes = bytes;
    figures.completed = true;
    finish();
  };
  response.on('error', (error: NodeJS.ErrnoException) => finish(error.code ?? error.name));
  response.once('end', over);
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes >= maxBytes && !figures.completed) over();
  });
}

/** Takes the times of a new connection. */
function watchSocket(socket: Socket, figures: Figures): void {
  let sinceMs = performance.now();
  const lap = (): number => {
    const nowMs = performance.now();
    const ms = nowMs - sinceMs;
    sinceMs = nowMs;
    return ms;
  };
  let looked = false;
  // One event per address that is tried; a host given as an address is not looked up.
  socket.on('lookup', () => {
    if (looked) return;
    looked = true;
    const ms = lap();
    if (/[a-z]/i.test(figures.address) && !figures.address.includes(':')) figures.dnsMs = ms;
  });
  socket.once('connect', () => (figures.connectMs = lap()));
  socket.once('secureConnect', () => (figures.tlsMs = lap()));
}

function readEndpoint(endpoint: NetworkProbeOptions['endpoint']): URL {
  const text = typeof endpoint === 'object' ? endpoint.href : endpoint;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const known = url !== undefined && ['http:', 'https:', 'tcp:'].includes(url.protocol);
  if (known && url.hostname !== '' && (url.protocol !== 'tcp:' || url.port !== '')) return url;
  // The value is not repeated: addresses contain passwords and keys.
  throw new ProbeError(
    'ERR_PROBE_ENDPOINT',
    'the endpoint is not an http:, https: or tcp: address with a port',
  );
}

async function loadHttp(protocol: string): Promise<Pick<typeof Http, 'request'>> {
  return protocol === 'https:' ? await import('node:https') : await import('node:http');
}
