/** Requests as functions really send them, from the local platform, and more of the same kind. */
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Agent, createServer, request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startPlatformProcess } from '../support/stack.ts';

export interface Captured {
  /** OTLP/JSON bodies in the order they came. */
  readonly bodies: readonly string[];
  readonly spans: number;
  readonly invocations: number;
  readonly wireBytes: number;
}

interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue?: string };
}
interface TraceRequest {
  readonly resourceSpans?: readonly {
    readonly scopeSpans?: readonly {
      readonly spans?: readonly {
        kind: number;
        traceId: string;
        spanId: string;
        attributes?: readonly Attribute[];
      }[];
    }[];
  }[];
}
const spansOf = (body: string) =>
  ((JSON.parse(body) as TraceRequest).resourceSpans ?? []).flatMap(({ scopeSpans = [] }) =>
    scopeSpans.flatMap(({ spans = [] }) => spans),
  );
const SERVER = 2;
const FUNCTIONS = 8;

/** Calls wrapped functions on the local platform for a while and keeps the requests that they send. */
export async function captureTraffic(folder: string, seconds: number): Promise<Captured> {
  const bodies: string[] = [];
  const sockets = new Set<{ bytesRead: number; bytesWritten: number }>();
  const server = createServer((incoming, outgoing) => {
    sockets.add(incoming.socket);
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      bodies.push(Buffer.concat(chunks).toString());
      outgoing.writeHead(200, { 'content-type': 'application/json' }).end('{"partialSuccess":{}}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const names = Array.from({ length: FUNCTIONS }, (_, index) => `function-${index}`);
  const platform = await startPlatformProcess(folder, {
    hosts: 2,
    idleLimitMillis: 3000,
    collector: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    functions: names.map((name) => ({
      name,
      source: 'examples/functions/add/index.ts',
      // So that each body is of one invocation: it is repeated as such, alone or with others.
      environment: { SANDSCOPE_FLUSH: 'each' },
    })),
  });
  const end = Date.now() + seconds * 1000;
  const lane = async (name: string, pauseMillis: number): Promise<void> => {
    while (Date.now() < end) {
      await platform.invoke(name, { a: 1, b: 2 });
      await new Promise((resolve) => setTimeout(resolve, pauseMillis));
    }
  };
  await Promise.all(names.map((name, index) => lane(name, index * 5)));
  await platform.rest();
  await platform.child.stop();
  server.closeAllConnections();
  server.close();
  const spans = bodies.flatMap((body) => spansOf(body));
  return {
    bodies,
    spans: spans.length,
    invocations: spans.filter(({ kind }) => kind === SERVER).length,
    wireBytes: [...sockets].reduce((sum, { bytesRead, bytesWritten }) => sum + bytesRead + bytesWritten, 0),
  };
}

/** A body split at the parts that change: ids and times. The other values stay as some function measured them. */
interface Template {
  readonly pieces: readonly {
    readonly kind: 'text' | 'id' | 'time' | 'sandbox' | 'call';
    readonly text: string;
  }[];
}

function templateOf(body: string): Template {
  const value = (key: string): string | undefined =>
    new RegExp(`"key":"${key}","value":\\{"stringValue":"([^"]+)"`).exec(body)?.[1];
  const kinds = new Map<string, 'id' | 'sandbox' | 'call'>();
  for (const { traceId, spanId } of spansOf(HEAD + body + TAIL)) kinds.set(traceId, 'id').set(spanId, 'id');
  const sandbox = value('sandscope\\.sandbox\\.id');
  const call = value('faas\\.invocation_id');
  if (sandbox !== undefined) kinds.set(sandbox, 'sandbox');
  if (call !== undefined) kinds.set(call, 'call');
  const known = [...kinds.keys()].map((text) => text.replaceAll(/[^\w-]/g, String.raw`\$&`)).join('|');
  return {
    pieces: body.split(new RegExp(`(${known}|(?<=imeUnixNano":")\\d+)`)).map((text, index) => {
      if (index % 2 === 0) return { kind: 'text', text };
      return { kind: kinds.get(text) ?? 'time', text };
    }),
  };
}

function renew({ pieces }: Template, sandbox: string): string {
  const ids = new Map<string, string>();
  const shift = BigInt(Date.now()) * 1_000_000n + BigInt(Math.floor(Math.random() * 1e9));
  let first: bigint | undefined;
  return pieces
    .map(({ kind, text }) => {
      if (kind === 'text') return text;
      if (kind === 'sandbox') return sandbox;
      if (kind === 'call') return randomUUID();
      if (kind === 'time') {
        first ??= BigInt(text);
        return String(BigInt(text) - first + shift);
      }
      const id = ids.get(text) ?? randomBytes(text.length / 2).toString('hex');
      ids.set(text, id);
      return id;
    })
    .join('');
}

export interface ReplayOptions {
  readonly url: string;
  /** Bodies combined into one request, as an intermediate collector would. */
  readonly gathered: number;
  readonly lanes: number;
  readonly until: (sentBodies: number) => boolean;
}

const HEAD = '{"resourceSpans":[';
const TAIL = ']}';

/** Sends more of the captured requests, as fast as they are accepted. */
export async function replay(
  captured: Captured,
  { url, gathered, lanes, until }: ReplayOptions,
): Promise<{ bodies: number; seconds: number }> {
  const agent = new Agent({ keepAlive: true, maxSockets: lanes });
  const templates = captured.bodies.map((body) => {
    if (!body.startsWith(HEAD) || !body.endsWith(TAIL))
      throw new Error(`this is no request: ${body.slice(0, 100)}`);
    return templateOf(body.slice(HEAD.length, -TAIL.length));
  });
  // As many sandboxes as a few hundred functions have.
  const sandboxes = Array.from({ length: 2000 }, () => randomBytes(16).toString('hex'));
  let sent = 0;
  const next = (): string => {
    sent += 1;
    return renew(templates[sent % templates.length]!, sandboxes[sent % sandboxes.length]!);
  };
  const startedAt = performance.now();
  const lane = async (): Promise<void> => {
    while (!until(sent)) {
      const body = HEAD + Array.from({ length: gathered }, next).join(',') + TAIL;
      const outgoing = request(`${url}/v1/traces`, {
        agent,
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      });
      outgoing.end(body);
      const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
      const reply = Buffer.concat((await answer.toArray()) as Buffer[]).toString();
      if (answer.statusCode !== 200) throw new Error(`the collector answered ${answer.statusCode}: ${reply}`);
    }
  };
  await Promise.all(Array.from({ length: lanes }, () => lane()));
  agent.destroy();
  return { bodies: sent, seconds: (performance.now() - startedAt) / 1000 };
}
