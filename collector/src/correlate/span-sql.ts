import * as semconv from '@sandscope/probes/semconv';
import { FUNCTION_OF_SPAN, INSTANCE_SOURCES } from '../store/catalogue/span-columns.ts';

export { FUNCTION_OF_SPAN };

/** An attribute of a row of `otel_traces`, as text; empty where there is none. */
export function spanText(name: string): string {
  return `SpanAttributes['${name}']`;
}

/** An attribute of the resource of a row of `otel_traces`, as text; empty where there is none. */
export function resourceText(name: string): string {
  return `ResourceAttributes['${name}']`;
}

/** An attribute of the span, else of its resource, as text. */
export function eitherText(name: string): string {
  return `if(${spanText(name)} != '', ${spanText(name)}, ${resourceText(name)})`;
}

/** An attribute as a finite number; NULL if it is not one. */
export function spanNumber(name: string): string {
  const value = `toFloat64OrNull(${spanText(name)})`;
  return `if(ifNull(isFinite(${value}), 0), ${value}, NULL)`;
}

/** Condition that a row has an attribute. It reads names alone, even in a query that also reads values. */
export function hasAttribute(name: string): string {
  return `has(SpanAttributes.keys, '${name}')`;
}

/** Kinds of spans in the spelling of different writers of the table. */
export const IS_CLIENT = "SpanKind IN ('Client', 'SPAN_KIND_CLIENT')";
/** Condition that the times of a row of `otel_traces` are possible; others enter no statistic. */
export const HAS_TIMES = 'ImplausibleTimes = 0';
export const IS_FAILED = "StatusCode IN ('Error', 'STATUS_CODE_ERROR')";

/** The columns of `deployment-sql.ts`, computed from a row of `otel_traces`. */
export const DEPLOYMENT_OF_SPAN = `${FUNCTION_OF_SPAN} AS function, ${eitherText(semconv.ATTR_FAAS_VERSION)} AS version,
      ${eitherText(semconv.ATTR_CLOUD_ACCOUNT_ID)} AS account_id, ${eitherText(semconv.ATTR_CLOUD_REGION)} AS region,
      ${eitherText(semconv.ATTR_CLOUD_PLATFORM)} AS platform`;

/** The `ENVIRONMENT` of `invocation-sql.ts`, computed from a row of `otel_traces`. */
export const ENVIRONMENT_OF_SPAN = `multiIf(${INSTANCE_SOURCES.map((name) => `${eitherText(name)} != '', ${eitherText(name)}`).join(', ')}, ${spanText(semconv.ATTR_SANDBOX_ID)})`;
