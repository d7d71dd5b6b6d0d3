import { CollectorError } from '../errors/errors.ts';
import { Secret } from '../security/secret.ts';
import { shownUrl } from './shown-url.ts';
import { forwardTarget } from './target.ts';

/** Headers of one target, by lower-case name. They usually hold keys. */
export type Headers = Readonly<Record<string, Secret>>;
/** Headers by the full URL of their target. */
export type ForwardHeaders = Readonly<Record<string, Headers>>;

/** A header and its source. */
interface Given {
  readonly name: string;
  readonly value: string;
  /** Absent: every target. */
  readonly target?: string;
}

/** Headers about the body and the connection, which only the forwarder may set. */
const OURS = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
]);

/**
 * Headers in the format of a file: lines `name: value`. Lines after a line `[URL]` are for that target only; lines
 * before the first one are for all targets. Empty lines and lines that begin with `#` are ignored.
 *
 * @param targets full URLs
 * @param source named in errors, which never repeat a value
 * @throws {CollectorError} `ERR_OPTION`
 */
export function parseHeaderFile(text: string, targets: readonly string[], source: string): ForwardHeaders {
  let target: string | undefined;
  const given: Given[] = [];
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const where = `${source}, line ${index + 1}`;
    const section = /^\[(.*)\]$/.exec(line)?.[1];
    if (section !== undefined) {
      target = forwardTarget(section);
      if (!targets.includes(target)) throw bad(`${where}: nothing is forwarded to ${shownUrl(target)}`);
      continue;
    }
    const colon = line.indexOf(':');
    if (colon < 1) throw bad(`${where} is not "name: value"`);
    const name = line.slice(0, colon).trim();
    given.push({ name, value: line.slice(colon + 1).trim(), ...(target !== undefined && { target }) });
  }
  return toHeaders(given, targets, source);
}

/**
 * Headers in the format of `OTEL_EXPORTER_OTLP_HEADERS`: `name=value,name=value`, percent-encoded. For a single target
 * only: one target must not get the key of another.
 *
 * @throws {CollectorError} `ERR_OPTION`
 */
export function parseHeaderList(text: string, targets: readonly string[], source: string): ForwardHeaders {
  if (targets.length > 1) throw bad(`${source} is for one target; for several use --forward-headers-file`);
  const given = text.split(',').map((pair) => {
    const equals = pair.indexOf('=');
    if (equals < 1) throw bad(`${source} is not "name=value,name=value"`);
    return { name: pair.slice(0, equals).trim(), value: decode(pair.slice(equals + 1).trim(), source) };
  });
  return toHeaders(given, targets, source);
}

function toHeaders(given: readonly Given[], targets: readonly string[], source: string): ForwardHeaders {
  for (const { name, value } of given) {
    if (!/^[!#$%&'*+.^_`|~\w-]+$/.test(name)) throw bad(`${source}: the name of a header cannot be used`);
    if (OURS.has(name.toLowerCase())) throw bad(`${source}: ${name} cannot be set`);
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) throw bad(`${source}: the value of ${name} cannot be used`);
  }
  const entries = targets.map((target) => {
    const own = given.filter((header) => header.target === undefined || header.target === target);
    return [
      target,
      Object.fromEntries(own.map(({ name, value }) => [name.toLowerCase(), new Secret(value)])),
    ];
  });
  return Object.fromEntries(entries) as ForwardHeaders;
}

function decode(text: string, source: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw bad(`${source} holds a value that is not percent-encoded`);
  }
}

function bad(message: string): CollectorError {
  return new CollectorError('ERR_OPTION', message);
}
