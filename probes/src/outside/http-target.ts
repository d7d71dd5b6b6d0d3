import { Connections } from './connections.ts';
import { classifyFailure, classifyStatus } from './failures.ts';
import { isPrivateHost } from './private-host.ts';
import type { ResultTarget } from './result.ts';
import { MAX_RESPONSE_BYTES } from './target.ts';
import type { Target, TargetCall, TargetReply } from './target.ts';
import { ProbeError } from '../errors.ts';

export interface HttpTargetOptions {
  /** http or https; `{function}` in it is replaced by the function's name. */
  readonly url: string;
  /** Default POST. */
  readonly method?: string;
  /** Sent with every call; their values never appear in a result. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Default `http`; `local` is a platform on this machine. */
  readonly kind?: 'http' | 'local';
  /** Replaces `{function}`, and is the target's name in the result. */
  readonly functionName?: string;
  /** See {@link Target.renew}. */
  readonly renew?: (functionName: string) => Promise<void>;
  /** PEM certificates to trust in addition to the system's. */
  readonly ca?: string;
}

const CONNECT_TIMEOUT_MS = 30_000;

/**
 * A function behind HTTP.
 *
 * @throws {ProbeError} `ERR_PROBE_ENDPOINT` if the URL is not an http or https URL
 */
export function httpTarget(options: HttpTargetOptions): Target {
  const { method = 'POST', headers = {}, kind = 'http', functionName, renew } = options;
  const base = URL.parse(urlOf(options.url, functionName ?? 'function'));
  if (base === null || !/^https?:$/.test(base.protocol))
    throw new ProbeError('ERR_PROBE_ENDPOINT', `"${options.url}" is not an http or https URL`);
  // The URL appears in results and messages, and so would a password in it.
  if (base.username !== '' || base.password !== '')
    throw new ProbeError('ERR_PROBE_ENDPOINT', 'the URL holds a user or password: send a header instead');
  const connections = new Connections(base.origin, CONNECT_TIMEOUT_MS, options.ca ? { ca: options.ca } : {});
  const describe = (): ResultTarget => ({
    kind,
    ...(functionName !== undefined && { name: functionName }),
    identity: { url: base.href },
  });
  return {
    describe,
    isRemote: !isPrivateHost(base.hostname),
    seesConnections: true,
    close: () => connections.close(),
    urlOf: (name) => urlOf(options.url, name ?? functionName ?? 'function'),
    ...(renew && { renew: (name?: string) => renew(name ?? functionName ?? 'function') }),
    call: async (call) => {
      if (call.functionName !== undefined && !options.url.includes('{function}'))
        throw new ProbeError(
          'ERR_PROBE_ENDPOINT',
          `the experiment calls several functions, such as "${call.functionName}": the URL needs {function} where their name belongs`,
        );
      const url = new URL(urlOf(options.url, call.functionName ?? functionName ?? 'function'));
      return request(connections, call, {
        path: `${url.pathname}${url.search}`,
        method,
        headers: { ...headers, ...call.headers },
      });
    },
  };
}

function urlOf(url: string, functionName: string): string {
  return url.replaceAll('{function}', encodeURIComponent(functionName));
}

interface Line {
  readonly path: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
}

async function request(connections: Connections, call: TargetCall, line: Line): Promise<TargetReply> {
  const { keepAlive = false, timeoutMs, body, type } = call;
  const sentAt = performance.now();
  const { connection, isNew } = connections.take(keepAlive);
  let firstByteAt: number | undefined;
  let keep = false;
  const connectedAt = (): { readonly connectedAt?: number } => {
    const at = isNew ? connection.connectedAt() : undefined;
    return at === undefined ? {} : { connectedAt: at };
  };
  try {
    const response = await connection.client.request({
      path: line.path,
      method: line.method,
      headers: {
        ...line.headers,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(type === 'async' && { 'x-amz-invocation-type': 'Event' }),
      },
      ...(body !== undefined && line.method !== 'GET' && { body }),
      signal: AbortSignal.timeout(timeoutMs),
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    firstByteAt = performance.now();
    const received = await readBounded(response.body);
    const endAt = performance.now();
    keep = keepAlive && received !== undefined;
    const error =
      received === undefined
        ? { code: 'too_large' as const, message: `the answer is longer than ${MAX_RESPONSE_BYTES} bytes` }
        : classifyStatus(
            response.statusCode,
            response.headers['x-amz-function-error'] !== undefined,
            received,
          );
    const retryAfterMs = readRetryAfter(response.headers['retry-after']);
    return {
      sentAt,
      ...connectedAt(),
      firstByteAt,
      endAt,
      httpStatus: response.statusCode,
      ...(received !== undefined && { body: received, responseBytes: received.length }),
      ...(error && { error }),
      ...(error && retryAfterMs !== undefined && { retryAfterMs }),
    };
  } catch (error) {
    const wasConnected = !isNew || connection.connectedAt() !== undefined;
    return {
      sentAt,
      ...connectedAt(),
      ...(firstByteAt !== undefined && { firstByteAt }),
      endAt: performance.now(),
      error: classifyFailure(error, wasConnected, timeoutMs),
    };
  } finally {
    connections.release(connection, keep);
  }
}

/** Seconds or a date; undefined if it is neither. */
function readRetryAfter(header: string | string[] | undefined): number | undefined {
  if (typeof header !== 'string') return undefined;
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

async function readBounded(body: AsyncIterable<Buffer>): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MAX_RESPONSE_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
