import * as semconv from '@sandscope/probes/semconv';
import { Failure } from './failure.ts';
import type { Outcome } from './invocation.ts';
import type { Attributes } from '../otlp/span.ts';

/** The status of an HTTP answer as an attribute; absent for other values. */
export function statusAttributes(status: unknown): Attributes {
  return { [semconv.ATTR_HTTP_RESPONSE_STATUS_CODE]: isStatus(status) ? status : undefined };
}

/** A status of 500 or more is a failure of the function; a lower one is the caller's failure, or none. */
export function statusOutcome(status: unknown): Outcome {
  return isStatus(status) && status >= 500 ? { thrown: new Failure(String(status)) } : undefined;
}

function isStatus(status: unknown): status is number {
  return typeof status === 'number' && Number.isInteger(status) && status >= 100 && status <= 999;
}
