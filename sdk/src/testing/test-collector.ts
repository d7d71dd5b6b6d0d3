import { createServer } from 'node:http';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A span as the collector received it, attributes as a plain object; 64-bit integers stay strings. */
export interface ReceivedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly traceState?: string;
  readonly flags: number;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: Record<string, unknown>;
  readonly resource: Record<string, unknown>;
  readonly events: { name: string; attributes: Record<string, unknown> }[];
  readonly links: { traceId: string; spanId: string }[];
  readonly status?: { code: number; message: string };
}

/** The collector's reaction to a request: answer with a status, answer with something else, never answer. */
export type Answer = (response: ServerResponse) => void;

/** An OTLP/HTTP collector on its own port that keeps what it receives. */
export interface TestCollector extends AsyncDisposable {
  readonly endpoint: string;
  /** Accepted spans, in the order they came. */
  readonly spans: ReceivedSpan[];
  readonly requests: { headers: IncomingHttpHeaders; url: string; spans: number }[];
  /** How to answer from now on; a request counts as accepted if the status is 2xx. */
  answer: Answer;
  /** Resolves when `condition` holds for the accepted spans. */
  until(condition: (spans: ReceivedSpan[]) => boolean, what?: string): Promise<void>;
}

export const ACCEPT: Answer = (response) => response.writeHead(200).end('{}');
export const HANG: Answer = () => undefined;

/** Starts a collector, on `port` if given. */
export async function startCollector(port = 0): Promise<TestCollector> {
  const spans: ReceivedSpan[] = [];
  const requests: TestCollector['requests'] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const received = decode(Buffer.concat(chunks).toString());
      requests.push({ headers: request.headers, url: request.url ?? '', spans: received.length });
      collector.answer(response);
      if (response.headersSent && response.statusCode < 300) spans.push(...received);
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const collector: TestCollector = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    requests,
    answer: ACCEPT,
    async until(condition, what = 'spans') {
      const end = Date.now() + 10_000;
      while (!condition(spans)) {
        if (Date.now() > end)
          throw new Error(`no ${what} in 10 s; have ${spans.map((s) => s.name).join(', ')}`);
        await sleep(5);
      }
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return collector;
}

interface WireAttribute {
  key: string;
  value: Record<string, unknown>;
}

interface WireSpan extends Omit<ReceivedSpan, 'attributes' | 'resource' | 'events' | 'links'> {
  attributes: WireAttribute[];
  events?: { name: string; attributes: WireAttribute[] }[];
  links?: { traceId: string; spanId: string }[];
}

/** The spans of an OTLP JSON request. */
export function decode(body: string): ReceivedSpan[] {
  const request = JSON.parse(body) as {
    resourceSpans: { resource: { attributes: WireAttribute[] }; scopeSpans: { spans: WireSpan[] }[] }[];
  };
  return request.resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap((scope) =>
      scope.spans.map((span) => ({
        ...span,
        attributes: plain(span.attributes),
        resource: plain(resource.attributes),
        events: (span.events ?? []).map(({ name, attributes }) => ({ name, attributes: plain(attributes) })),
        links: span.links ?? [],
      })),
    ),
  );
}

function plain(attributes: WireAttribute[]): Record<string, unknown> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => {
      const { arrayValue } = value as { arrayValue?: { values: Record<string, unknown>[] } };
      return [
        key,
        arrayValue ? arrayValue.values.map((item) => Object.values(item)[0]) : Object.values(value)[0],
      ];
    }),
  );
}
