import { Failure } from '../invocation/failure.ts';
import type { SpanError } from '../otlp/span.ts';

const MAX_MESSAGE = 1024;
const MAX_STACK = 8192;

/**
 * Describes anything that was thrown: errors, strings, nothing at all, objects whose properties throw. The message is
 * truncated to 1024 characters and the stack to 8192. Never throws.
 */
export function describeError(thrown: unknown): SpanError {
  if (isFailure(thrown))
    return { type: thrown.type, message: cut(thrown.message, MAX_MESSAGE), withoutEvent: true };
  if (!isErrorLike(thrown)) return { type: typeName(thrown), message: cut(asText(thrown), MAX_MESSAGE) };
  const name = property(thrown, 'name');
  const stack = property(thrown, 'stack');
  return {
    type: cut(name ?? typeName(thrown), 256),
    message: cut(property(thrown, 'message') ?? asText(thrown), MAX_MESSAGE),
    ...(stack !== undefined && { stack: cut(stack, MAX_STACK) }),
  };
}

function isFailure(thrown: unknown): thrown is Failure {
  try {
    return thrown instanceof Failure;
  } catch {
    return false;
  }
}

function isErrorLike(thrown: unknown): thrown is object {
  try {
    return typeof thrown === 'object' && thrown !== null && (thrown instanceof Error || 'message' in thrown);
  } catch {
    return false;
  }
}

function property(thrown: object, key: string): string | undefined {
  try {
    const value: unknown = Reflect.get(thrown, key);
    return typeof value === 'string' && value !== '' ? value : undefined;
  } catch {
    return undefined;
  }
}

function typeName(thrown: unknown): string {
  if (typeof thrown !== 'object' || thrown === null) return thrown === null ? 'null' : typeof thrown;
  try {
    return thrown.constructor.name || 'Object';
  } catch {
    return 'Object';
  }
}

function asText(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    return '';
  }
}

function cut(text: string, length: number): string {
  return (text.length > length ? text.slice(0, length) : text).toWellFormed();
}
