import type { FastifyInstance, FastifyReply } from 'fastify';
import { CollectorError } from '../errors/errors.ts';
import { publicMessage } from '../security/index.ts';

/** Answers every error of an app, and paths it does not have, as `{code, message, details}`. */
export function answerErrors(app: FastifyInstance): void {
  app.setNotFoundHandler((request, reply) => {
    void reply
      .code(404)
      .send({ code: 'ERR_NOT_FOUND', message: `no such path: ${request.method} ${request.url}` });
  });
  app.setErrorHandler((error, request, reply) => {
    sendError(error, reply);
    // Nobody reads the answer once the client has gone; its queries were already cancelled.
    if (reply.statusCode >= 500 && !reply.raw.destroyed) request.log.error(error);
  });
}

/** Answers an error as `{code, message, details}`. */
export function sendError(error: unknown, reply: FastifyReply): void {
  const { statusCode, code, message, details, retryAfterSeconds } = toAnswer(error);
  if (retryAfterSeconds !== undefined) void reply.header('retry-after', String(retryAfterSeconds));
  void reply
    .code(statusCode)
    .send({ code, message: publicMessage({ code, message }), ...(details && { details }) });
}

type Answer = Pick<CollectorError, 'statusCode' | 'code' | 'message' | 'details' | 'retryAfterSeconds'>;

function toAnswer(error: unknown): Answer {
  if (error instanceof CollectorError) return error;
  const { statusCode = 500, message } = error as { statusCode?: number; message: string };
  const nothing = { details: undefined, retryAfterSeconds: undefined };
  if (statusCode < 500) return { statusCode, code: 'ERR_BAD_PARAMETER', message, ...nothing };
  return { statusCode: 500, code: 'ERR_INTERNAL', message: 'an unexpected error', ...nothing };
}
