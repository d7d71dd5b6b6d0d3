import type { FastifyError, FastifyReply, FastifyRequest, FastifySchemaValidationError } from 'fastify';
import { CollectorError } from '../errors/errors.ts';
import { publicMessage } from '../security/without-paths.ts';

/** The error for a parameter that does not fit its schema: 400 `ERR_BAD_PARAMETER` with the parameter's name. */
export function parameterError(errors: FastifySchemaValidationError[], where: string): CollectorError {
  const [first] = errors;
  const parameter = first?.instancePath.split('/')[1] ?? '';
  const kind = where === 'params' ? 'path' : 'query';
  // additionalProperties: false is reported as a schema that accepts nothing.
  const message =
    first?.keyword === 'boolean'
      ? `unknown ${kind} parameter ${parameter}`
      : `${kind} parameter ${parameter} ${first?.message ?? 'cannot be used'}`;
  return new CollectorError('ERR_BAD_PARAMETER', message, { statusCode: 400, details: { parameter } });
}

/** Answers every error of the query API as `{code, message, details}`. */
export function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const known = asCollectorError(error);
  if (known.statusCode >= 500 && known.statusCode !== 503) request.log.error({ err: error }, known.message);
  if (known.retryAfterSeconds !== undefined)
    void reply.header('retry-after', String(known.retryAfterSeconds));
  return reply
    .code(known.statusCode)
    .type('application/json; charset=utf-8')
    .send({
      code: known.code,
      message: publicMessage(known),
      ...(known.details && { details: known.details }),
    });
}

function asCollectorError(error: FastifyError): CollectorError {
  if (error instanceof CollectorError) return error;
  const statusCode = error.statusCode ?? 500;
  if (statusCode < 500) {
    return new CollectorError('ERR_BAD_PARAMETER', error.message, { statusCode, cause: error });
  }
  return new CollectorError('ERR_INTERNAL', 'an unexpected error; see the log', { cause: error });
}
