import { toUSVString } from 'node:util';
import { CollectorError } from '../errors/errors.ts';
import { decodeError } from './decode-error.ts';

/** An object of parsed JSON. Only its own properties count. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** From here on a double may not represent an integer exactly. */
const LONG_DIGITS = 16;
const BARE_LONG_INTEGER = /[:[,\s]-?\d{16}/;

/**
 * Parses JSON without losing a digit: a bare integer of 16 digits or more is returned as text, which every integer
 * field accepts too. (A reviver would visit each value of the body, including unknown fields, at a high cost.)
 *
 * @throws `ERR_OTLP_DECODE`, `ERR_OTLP_TOO_LARGE`
 */
export function parseExactJson(body: Uint8Array): unknown {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
  const json = text.startsWith('\uFEFF') ? text.slice(1) : text;
  if (json.length > MAX_CONTAINERS && hasTooMany(json)) throw tooManyContainers();
  try {
    return JSON.parse(BARE_LONG_INTEGER.test(json) ? quoteLongIntegers(json) : json);
  } catch (error) {
    throw decodeError(`the body is not JSON: ${shortMessage(error)}`, error);
  }
}

/** Quotes bare integers of many digits, outside strings only. */
function quoteLongIntegers(json: string): string {
  let quoted = '';
  let copied = 0;
  let at = 0;
  while (at < json.length) {
    const code = json.charCodeAt(at);
    if (code === 0x22) at = endOfString(json, at + 1);
    else if (code === 0x2d || isDigit(code)) {
      const start = at;
      let isInteger = true;
      for (at++; at < json.length; at++) {
        const next = json.charCodeAt(at);
        if (isDigit(next)) continue;
        if (!isPartOfNumber(next)) break;
        isInteger = false;
      }
      if (!isInteger || at - start < LONG_DIGITS || /^-?0/.test(json.slice(start, start + 2))) continue;
      quoted += `${json.slice(copied, start)}"${json.slice(start, at)}"`;
      copied = at;
    } else at++;
  }
  return quoted + json.slice(copied);
}

/** Most objects and arrays of one body: the two bytes of an empty one become a hundred in memory. */
const MAX_CONTAINERS = 1_000_000;

function hasTooMany(json: string): boolean {
  let containers = 0;
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === 0x22) at = endOfString(json, at + 1) - 1;
    else if ((code === 0x7b || code === 0x5b) && ++containers > MAX_CONTAINERS) return true;
  }
  return false;
}

function tooManyContainers(): CollectorError {
  const message = `a body may hold ${MAX_CONTAINERS} JSON objects and arrays`;
  return new CollectorError('ERR_OTLP_TOO_LARGE', message, { statusCode: 413 });
}

/** The position behind the closing quote of the string, or the end of the text. */
function endOfString(json: string, start: number): number {
  for (let end = json.indexOf('"', start); end >= 0; end = json.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (json.charCodeAt(end - 1 - backslashes) === 0x5c && end - 1 - backslashes >= start) backslashes++;
    if (backslashes % 2 === 0) return end + 1;
  }
  return json.length;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** `.`, `+`, `-`, `e`, `E`. */
function isPartOfNumber(code: number): boolean {
  return code === 0x2e || code === 0x2b || code === 0x2d || code === 0x65 || code === 0x45;
}

function shortMessage(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 200);
}

/** A field's value; `undefined` when absent or null, which both mean the default. */
export function fieldOf(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? (object[name] ?? undefined) : undefined;
}

/** The value as an object; undefined for anything else. */
export function objectOf(value: unknown): JsonObject | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as JsonObject) : undefined;
}

/** A field that holds a message: empty when absent, undefined for any other type. */
export function objectField(object: JsonObject, name: string): JsonObject | undefined {
  return objectOf(fieldOf(object, name) ?? {});
}

/** A field that holds a list: empty when absent, undefined for any other type. */
export function listField(object: JsonObject, name: string): readonly unknown[] | undefined {
  const value = fieldOf(object, name) ?? [];
  return Array.isArray(value) ? value : undefined;
}

/** Well-formed text: a lone surrogate becomes U+FFFD, as in protobuf. Empty when absent, undefined for other types. */
export function stringField(object: JsonObject, name: string): string | undefined {
  const value = fieldOf(object, name) ?? '';
  return typeof value === 'string' ? toUSVString(value) : undefined;
}

/** A 32-bit count, as a number or in decimal: 0 when absent, undefined when invalid. */
export function uint32Field(object: JsonObject, name: string): number | undefined {
  const value = integerOf(fieldOf(object, name) ?? 0);
  return value === undefined || value < 0n || value > 0xffff_ffffn ? undefined : Number(value);
}

/**
 * A time in nanoseconds: 0 when absent, undefined when invalid. A time before 1970 has the value of its eight protobuf
 * bytes, a time far in the future.
 */
export function unixNanoField(object: JsonObject, name: string): bigint | undefined {
  const value = integerOf(fieldOf(object, name) ?? 0);
  if (value === undefined || value > 0xffff_ffff_ffff_ffffn || value < -(2n ** 63n)) return undefined;
  return BigInt.asUintN(64, value);
}

/** A signed 64-bit integer from a decimal string or a number; undefined when invalid. */
export function int64Of(value: unknown): bigint | undefined {
  const integer = integerOf(value);
  return integer !== undefined && BigInt.asIntN(64, integer) === integer ? integer : undefined;
}

/** A double from a number, its digits or its name (`NaN`, `Infinity`); undefined when invalid. */
export function doubleOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (value === 'NaN') return Number.NaN;
  const isText = typeof value === 'string' && /^-?(Infinity|\d+(\.\d+)?([eE][+-]?\d+)?)$/.test(value);
  return isText ? Number(value) : undefined;
}

/**
 * The number of an enum, from that number, its digits or its name, in any case, with or without the prefix. 0 when
 * absent, undefined for an unknown name.
 *
 * @param prefix `SPAN_KIND_`
 * @param names in order, without the prefix
 */
export function enumField(
  object: JsonObject,
  name: string,
  prefix: string,
  names: readonly string[],
): number | undefined {
  const value = fieldOf(object, name) ?? 0;
  const number =
    typeof value === 'string' && !/^-?\d+$/.test(value)
      ? names.indexOf(bareEnumName(value, prefix))
      : Number(integerOf(value) ?? -1);
  return names[number] === undefined ? undefined : number;
}

function bareEnumName(text: string, prefix: string): string {
  const name = text
    .trim()
    .toUpperCase()
    .replaceAll(/[\s-]+/g, '_');
  return name.startsWith(prefix) ? name.slice(prefix.length) : name;
}

/** More digits than any 64-bit integer has are refused before they cost anything. */
function integerOf(value: unknown): bigint | undefined {
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
  return typeof value === 'string' && /^-?\d{1,40}$/.test(value) ? BigInt(value) : undefined;
}
