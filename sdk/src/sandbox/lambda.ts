import type { InitType } from '@sandscope/probes/semconv';
import type { Env } from '../config.ts';

/** The used part of what a Lambda runtime passes as `context`; every property may be missing. */
export interface LambdaContext {
  readonly awsRequestId?: string;
  readonly invokedFunctionArn?: string;
  /** With tenant isolation: the tenant of the invocation. */
  readonly tenantId?: string;
}

// A sandbox that waits longer than this for its first invocation was initialised ahead of it. Init itself may last that
// long, but an invocation that waits for it follows within milliseconds.
const PROACTIVE_GAP_MS = 10_000;

/** The used part of any value passed as the context. Never throws. */
export function readLambdaContext(context: unknown): LambdaContext {
  try {
    const { awsRequestId, invokedFunctionArn, tenantId } = (context ?? {}) as Record<string, unknown>;
    return {
      ...(isShortText(awsRequestId) && { awsRequestId }),
      ...(isShortText(invokedFunctionArn) && { invokedFunctionArn }),
      ...(isShortText(tenantId) && { tenantId }),
    };
  } catch {
    return {};
  }
}

/** The durable execution that this invocation is a step of, according to its event. Never throws. */
export function durableExecutionArn(event: unknown): string | undefined {
  try {
    const { DurableExecutionArn: arn } = (event ?? {}) as Record<string, unknown>;
    return isShortText(arn) ? arn : undefined;
  } catch {
    return undefined;
  }
}

/** Time until the deadline according to the runtime's context, ms; undefined if it has no deadline. Never throws. */
export function remainingMillis(context: object | undefined): number | undefined {
  if (context === undefined) return undefined;
  try {
    const tell: unknown = (context as { getRemainingTimeInMillis?: unknown }).getRemainingTimeInMillis;
    const left: unknown = typeof tell === 'function' ? Reflect.apply(tell, context, []) : undefined;
    return typeof left === 'number' && Number.isFinite(left) ? left : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The ARN with its alias replaced by the version that ran; an ARN without a qualifier stays unchanged. Undefined if it
 * is not a Lambda function's ARN.
 */
export function resolvedArn(invokedArn: string | undefined, version: string | undefined): string | undefined {
  const parts = invokedArn?.split(':') ?? [];
  if (parts[0] !== 'arn' || parts[2] !== 'lambda' || parts[5] !== 'function' || !parts[6]) return undefined;
  if (parts.length === 8 && version) parts[7] = version;
  return parts.join(':');
}

/** Account id, the fifth field of an ARN; undefined if there is none. */
export function arnAccountId(arn: string | undefined): string | undefined {
  const account = arn?.split(':')[4];
  return account && /^\d{12}$/.test(account) ? account : undefined;
}

/**
 * How this process was initialised.
 *
 * @param env `AWS_LAMBDA_INITIALIZATION_TYPE` decides if set; `SANDSCOPE_PROACTIVE_GAP_MILLIS` is the wait from which
 *   on an initialisation counts as proactive (10000)
 * @param restarted an earlier process of the same sandbox left its stamp
 * @param initToInvokeMs end of initialisation to the first invocation
 */
export function initType(env: Env, restarted: boolean, initToInvokeMs: number): InitType {
  switch (env['AWS_LAMBDA_INITIALIZATION_TYPE']) {
    case 'lambda-managed-instances':
      return 'managed';
    case 'snap-start':
      return 'restored';
    case 'provisioned-concurrency':
      return 'provisioned';
    default:
      if (restarted) return 'reinit';
      return initToInvokeMs > proactiveGapMs(env) ? 'proactive' : 'on_demand';
  }
}

function proactiveGapMs(env: Env): number {
  const given = Number(env['SANDSCOPE_PROACTIVE_GAP_MILLIS'] || Number.NaN);
  return given > 0 ? given : PROACTIVE_GAP_MS;
}

/** Whether a caller waited for an initialisation of that type. */
export function userWaited(type: InitType): boolean {
  return type === 'on_demand' || type === 'reinit' || type === 'restored';
}

function isShortText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= 512;
}
