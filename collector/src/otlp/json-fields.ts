import { toUSVString } from 'node:util';
import { decodeError } from './decode-error.ts';

/** An object of parsed JSON. Only its own properties count. */
export type JsonObject = Readonly<Record<string, unknown>>;

// Exact integers need the reviver, which is slow: only where a bare number of 16 digits or more may stand.
const BARE_LONG_INTEGER = /[:[,\s]-?\d{16}/;

/**
 * Parses JSON without losing a digit: a bare integer that a double cannot hold comes back as a bigint.
 *
 * @throws `ERR_OTLP_DECODE`
 */
export function parseExactJson(body: Uint8Array): unknown {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
  try {
    const json = text.startsWith('\uFEFF') ? text.slice(1) : text;
    return BARE_LONG_INTEGER.test(json) ? JSON.parse(json, exactInteger) : JSON.parse(json);
  } catch (error) {
    throw decodeError(`the body is not JSON: ${shortMessage(error)}`, error);
  }
}

// The reviver's third argument is newer than the library types.
function exactInteger(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  const source = context?.source;
  return source !== undefined && /^-?\d+$/.test(source) ? BigInt(source) : value;
}

function shortMessage(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 200);
}

/** A field's value; `undefined` when absent or null, which both mean the default. */
export function fieldOf(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? (object[name] ?? undefined) : undefined;
}

export function asObject(value: unknown, what: string): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw decodeError(`${what} is not an object`);
}

export function objectField(object: JsonObject, name: string): JsonObject | undefined {
  const value = fieldOf(object, name);
  return value === undefined ? undefined : asObject(value, name);
}

export function listField(object: JsonObject, name: string): readonly unknown[] {
  const value = fieldOf(object, name);
  if (value === undefined) return [];
  if (Array.isArray(value)) return value;
  throw decodeError(`${name} is not an array`);
}

/** Text, well-formed: a lone surrogate becomes U+FFFD, as it does in protobuf. */
export function stringField(object: JsonObject, name: string): string {
  const value = fieldOf(object, name);
  if (value === undefined) return '';
  if (typeof value === 'string') return toUSVString(value);
  throw decodeError(`${name} is not a string`);
}

/** A 32-bit count, as a number or in decimal. */
export function uint32Field(object: JsonObject, name: string): number {
  const value = integerOf(fieldOf(object, name) ?? 0, name);
  if (value < 0n || value > 0xffff_ffffn) throw decodeError(`${name} is not an unsigned 32-bit integer`);
  return Number(value);
}

export function uint64Field(object: JsonObject, name: string): bigint {
  const value = integerOf(fieldOf(object, name) ?? 0, name);
  if (value < 0n || value > 0xffff_ffff_ffff_ffffn) {
    throw decodeError(`${name} is not an unsigned 64-bit integer`);
  }
  return value;
}

/** A signed 64-bit integer from a decimal string, a number or a bigint. */
export function int64Of(value: unknown, what: string): bigint {
  const integer = integerOf(value, what);
  if (BigInt.asIntN(64, integer) === integer) return integer;
  throw decodeError(`${what} is not a signed 64-bit integer`);
}

/** An enum: its number, that number in decimal, or its name; 0 for a name nobody knows. */
export function enumField(object: JsonObject, name: string, names: readonly string[]): number {
  const value = fieldOf(object, name) ?? 0;
  if (typeof value === 'string' && !/^-?\d+$/.test(value)) return Math.max(0, names.indexOf(value));
  return Number(integerOf(value, name));
}

export function doubleOf(value: unknown, what: string): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (value === 'NaN') return Number.NaN;
  if (typeof value === 'string' && /^-?(Infinity|\d+(\.\d+)?([eE][+-]?\d+)?)$/.test(value))
    return Number(value);
  throw decodeError(`${what} is not a double`);
}

/** Longer digits than any 64-bit integer has are refused before they cost anything. */
function integerOf(value: unknown, what: string): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
  if (typeof value === 'string' && /^-?\d{1,40}$/.test(value)) return BigInt(value);
  throw decodeError(`${what} is not an integer`);
}
