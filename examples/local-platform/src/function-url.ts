import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { randomUUID } from 'node:crypto';
import type { Outcome } from './runtime-api.ts';

/** The response to the caller of a function URL. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: Buffer;
}

const TEXT =
  /^(text\/|application\/(json|javascript|xml|x-www-form-urlencoded)|[\w.-]+\/[\w.-]+\+(json|xml))/i;

function joinHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => name !== 'cookie')
      .map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : String(value)]),
  );
}

/**
 * An HTTP request as the event of a function URL (payload format 2.0): header names in lower case, repeated headers and
 * query parameters joined with commas, a body that is not text in base64.
 *
 * @param rawPath the path after the function's own address, beginning with a slash
 */
export function requestToEvent(
  request: IncomingMessage,
  { name, rawPath, query, body }: { name: string; rawPath: string; query: string; body: Buffer },
): Record<string, unknown> {
  const { headers, method = 'GET' } = request;
  const parameters: Record<string, string> = {};
  for (const [key, value] of new URLSearchParams(query)) {
    parameters[key] = key in parameters ? `${parameters[key]},${value}` : value;
  }
  const isText = headers['content-type'] === undefined || TEXT.test(headers['content-type']);
  const now = new Date();
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString: query,
    ...(headers.cookie !== undefined && { cookies: headers.cookie.split(/;\s*/) }),
    headers: joinHeaders(headers),
    ...(query !== '' && { queryStringParameters: parameters }),
    requestContext: {
      accountId: 'anonymous',
      apiId: name,
      domainName: headers.host ?? 'localhost',
      domainPrefix: name,
      http: {
        method,
        path: rawPath,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: randomUUID(),
      routeKey: '$default',
      stage: '$default',
      time: now.toISOString(),
      timeEpoch: now.getTime(),
    },
    ...(body.length > 0 && { body: body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: body.length > 0 && !isText,
  };
}

const PRELUDE_TYPE = 'application/vnd.awslambda.http-integration-response';
const PRELUDE_END = Buffer.alloc(8);
const MAX_PRELUDE_BYTES = 64 * 1024;

/**
 * The head of a streamed answer: the part that `HttpResponseStream.from` put before the body, otherwise 200 and the
 * content type.
 *
 * @returns `body` is the rest, as it arrives
 */
export async function readPrelude({
  stream,
  contentType,
}: Outcome): Promise<Omit<HttpAnswer, 'body'> & { body: AsyncIterable<Buffer> }> {
  const chunks = (stream as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  if (contentType !== PRELUDE_TYPE)
    return { status: 200, headers: { 'content-type': contentType }, body: after(Buffer.alloc(0), chunks) };
  let read: Buffer = Buffer.alloc(0);
  for (;;) {
    const end = read.indexOf(PRELUDE_END);
    if (end >= 0) {
      const outcome = { body: read.subarray(0, end), contentType: 'application/json' };
      const { status, headers } = outcomeToHttp(outcome);
      return { status, headers, body: after(read.subarray(end + PRELUDE_END.length), chunks) };
    }
    const { done, value } = await chunks.next();
    if (done || read.length > MAX_PRELUDE_BYTES)
      return { status: 502, headers: JSON_TYPE, body: after(Buffer.from('{"message":"no prelude"}')) };
    read = Buffer.concat([read, value]);
  }
}

async function* after(first: Buffer, chunks?: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  if (first.length > 0) yield first;
  for (let next = await chunks?.next(); next && !next.done; next = await chunks?.next()) yield next.value;
}

const JSON_TYPE = { 'content-type': 'application/json' };

/**
 * The answer of a function as an HTTP response: an object with `statusCode` describes the response itself, anything
 * else is sent as JSON with 200. A failed function is 502 with the error, which a public address would not disclose.
 */
export function outcomeToHttp(outcome: Outcome): HttpAnswer {
  if (outcome.errorType !== undefined) return { status: 502, headers: JSON_TYPE, body: outcome.body };
  let result: unknown;
  try {
    result = JSON.parse(outcome.body.toString());
  } catch {
    return { status: 200, headers: { 'content-type': outcome.contentType }, body: outcome.body };
  }
  if (typeof result !== 'object' || result === null || !('statusCode' in result))
    return { status: 200, headers: JSON_TYPE, body: outcome.body };
  const { statusCode, headers, cookies, body, isBase64Encoded } = result as Record<string, unknown>;
  if (
    typeof statusCode !== 'number' ||
    !Number.isInteger(statusCode) ||
    statusCode < 200 ||
    statusCode > 599
  ) {
    const message = `the function answered with statusCode ${JSON.stringify(statusCode)}`;
    return { status: 502, headers: JSON_TYPE, body: Buffer.from(JSON.stringify({ message })) };
  }
  const sent: Record<string, string | string[]> = { ...JSON_TYPE };
  for (const [name, value] of Object.entries(headers ?? {})) sent[name.toLowerCase()] = String(value);
  if (Array.isArray(cookies)) sent['set-cookie'] = cookies.map(String);
  const text = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body);
  return { status: statusCode, headers: sent, body: Buffer.from(text, isBase64Encoded ? 'base64' : 'utf8') };
}
