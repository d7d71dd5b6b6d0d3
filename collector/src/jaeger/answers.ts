import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { CollectorError } from '../errors/errors.ts';
import { publicMessage } from '../security/without-paths.ts';

/** The error format of one API version. */
type ErrorBody = (statusCode: number, message: string) => unknown;

/** Version 3 uses the error format of a gRPC gateway. */
const v3ErrorBody: ErrorBody = (httpCode, message) => ({ error: { httpCode, message } });

/** Version 1 has one envelope for results and errors. */
export const v1ErrorBody: ErrorBody = (code, msg) => v1Answer(null, { errors: [{ code, msg }] });

export interface V1Error {
  readonly code?: number;
  readonly msg: string;
  readonly traceID?: string;
}

/** The envelope of every version 1 answer; `limit` reports a limit lower than requested. */
export function v1Answer(
  data: unknown,
  {
    total = 0,
    limit = 0,
    errors = null,
  }: { total?: number; limit?: number; errors?: readonly V1Error[] | null } = {},
): unknown {
  return { data, total, limit, offset: 0, errors };
}

/** Reports that a search was limited to this many traces, fewer than requested. */
export function sayLimit(
  reply: FastifyReply,
  { depth, isCapped }: { depth: number; isCapped: boolean },
): void {
  if (isCapped) void reply.header('x-sandscope-limit', String(depth));
}

type ErrorHandler = (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => FastifyReply;

const answerErrorAs =
  (body: ErrorBody): ErrorHandler =>
  (error, request, reply) => {
    const known = asCollectorError(error);
    const { statusCode, message, retryAfterSeconds } = known;
    if (statusCode >= 500 && statusCode !== 503) request.log.error({ err: error }, message);
    if (retryAfterSeconds !== undefined) void reply.header('retry-after', String(retryAfterSeconds));
    return reply.code(statusCode).send(body(statusCode, publicMessage(known)));
  };

/** `{"error":{"httpCode":404,"message":"…"}}` */
export const answerV3Error = answerErrorAs(v3ErrorBody);
/** `{"data":null,"total":0,"limit":0,"offset":0,"errors":[{"code":404,"msg":"…"}]}` */
export const answerV1Error = answerErrorAs(v1ErrorBody);

function asCollectorError(error: FastifyError): CollectorError {
  if (error instanceof CollectorError) return error;
  const { statusCode = 500 } = error;
  if (statusCode < 500) return new CollectorError('ERR_BAD_PARAMETER', error.message, { statusCode });
  return new CollectorError('ERR_INTERNAL', 'an unexpected error; see the log', { cause: error });
}

/** @throws {CollectorError} always: 400 `ERR_BAD_PARAMETER` */
export function badParameter(parameter: string, why: string): never {
  throw new CollectorError('ERR_BAD_PARAMETER', `malformed parameter ${parameter}: ${why}`, {
    statusCode: 400,
    details: { parameter },
  });
}
