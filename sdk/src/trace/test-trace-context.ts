import { parseTraceHeaders } from './trace-context.ts';
import type { InvocationContext } from './trace-context.ts';
import { readTraceHeaders } from './trace-headers.ts';

/** The context of an invocation, in one step. */
export function readTraceContext(
  event: unknown,
  xrayEnv: string | undefined,
  context?: unknown,
): InvocationContext {
  return parseTraceHeaders(readTraceHeaders(event, xrayEnv, context));
}
