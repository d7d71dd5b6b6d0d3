import * as semconv from '@sandscope/probes/semconv';
import type { Attributes } from '../otlp/span.ts';
import { traceHeaderLines } from '../trace/trace-headers.ts';

export { statusAttributes, statusOutcome } from '../index.ts';

const MAX_PATH = 1024;
const MAX_TEXT = 512;

/** The parts of an incoming request (`node:http` or a framework) that adapters read. */
export interface RequestLike {
  readonly method?: unknown;
  /** Path and query, or a complete URL. */
  readonly url?: unknown;
  readonly headers?: unknown;
}

/** Method, path and scheme of a request; missing ones are absent. */
export function requestAttributes(request: RequestLike, secure = false): Attributes {
  const { method, url } = request;
  return {
    [semconv.ATTR_HTTP_REQUEST_METHOD]:
      typeof method === 'string' ? method.toUpperCase().slice(0, 32) : undefined,
    [semconv.ATTR_URL_PATH]: typeof url === 'string' ? pathOf(url) : undefined,
    [semconv.ATTR_URL_SCHEME]: schemeOf(request, secure),
  };
}

/** The value of a header of either kind: a plain object (any letter case) or one with `get`. */
export function header(headers: unknown, name: string): string | undefined {
  if (typeof headers !== 'object' || headers === null) return undefined;
  const get: unknown = Reflect.get(headers, 'get');
  if (typeof get === 'function') return shortText(Reflect.apply(get, headers, [name]));
  const exact: unknown = Reflect.get(headers, name);
  if (exact !== undefined) return shortText(Array.isArray(exact) ? exact[0] : exact);
  for (const key of Object.keys(headers).slice(0, 200)) {
    if (key.toLowerCase() === name) return shortText(Reflect.get(headers, key));
  }
  return undefined;
}

/** The trace headers of either kind, as a plain object: a string, or a list if there are several lines. */
export function incomingTraceHeaders(
  headers: unknown,
): Record<string, string | readonly string[] | undefined> {
  const { traceparent, tracestate, xray } = traceHeaderLines(headers);
  return {
    traceparent: oneOrAll(traceparent),
    tracestate: oneOrAll(tracestate),
    'x-amzn-trace-id': oneOrAll(xray),
  };
}

function oneOrAll(lines: readonly string[] | undefined): string | readonly string[] | undefined {
  return lines?.length === 1 ? lines[0] : lines;
}

/** A string that is not empty and not longer than 512 characters; otherwise undefined. */
export function shortText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= MAX_TEXT ? value : undefined;
}

function pathOf(url: string): string {
  const path = /^[a-z][\w+.-]*:\/\/[^/?#]*([^?#]*)/i.exec(url)?.[1] ?? url.split(/[?#]/, 1)[0] ?? '';
  return (path || '/').slice(0, MAX_PATH);
}

function schemeOf({ headers, url }: RequestLike, secure: boolean): string {
  const forwarded = header(headers, 'x-forwarded-proto')?.split(',', 1)[0]?.trim();
  if (forwarded === 'http' || forwarded === 'https') return forwarded;
  if (typeof url === 'string' && /^https?:/i.test(url)) return url.slice(0, url.indexOf(':')).toLowerCase();
  return secure ? 'https' : 'http';
}
