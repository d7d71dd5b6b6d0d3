/** The used part of what a Lambda runtime passes as `context`; every property may be missing. */
export interface LambdaContext {
  readonly awsRequestId?: string;
  readonly invokedFunctionArn?: string;
  /** With tenant isolation: the tenant of the invocation. */
  readonly tenantId?: string;
}

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

function isShortText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= 512;
}
