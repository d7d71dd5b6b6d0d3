import type { IncomingMessage } from 'node:http';
import type { FastifyError, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { answerV1Error, answerV3Error } from '../jaeger/answers.ts';
import { answerError } from '../routes/errors.ts';
import { ROUTE_HEADER } from './messages.ts';
import type { Querier } from './querier.ts';

export interface QuerierProxyOptions {
  readonly querier: Pick<Querier, 'ask'>;
}

/** Paths that the querier serves. */
const PATHS = ['/api/*', '/docs', '/docs/*', '/openapi.json', '/metrics/functions'];
/** Hop-by-hop headers (RFC 9110, 7.6.1). */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
/** Checked by the server, and not passed on. */
const KEPT_BACK = new Set(['authorization', 'cookie', 'content-length', 'expect']);

declare module 'fastify' {
  interface FastifyReply {
    /** The querier's route that answered, if there was one. */
    answeredBy: string | undefined;
  }
}

/** Passes requests to the querier, and its answers back to the client, as streams of bytes. */
export const querierProxy: FastifyPluginAsync<QuerierProxyOptions> = async (app, { querier }) => {
  app.setErrorHandler(answerInTheFormAsked);
  for (const path of PATHS) app.get(path, async (request, reply) => handOn(querier, request, reply));
};

async function handOn(
  querier: Pick<Querier, 'ask'>,
  { method, raw, headers }: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  const question = {
    method,
    url: raw.url ?? '/',
    headers: Object.fromEntries(
      Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name) && !KEPT_BACK.has(name)),
    ),
    signal: gone.signal,
  };
  let answer: IncomingMessage;
  try {
    answer = await querier.ask(question);
  } catch (error) {
    // The client has gone, so there is no error to report or log.
    if (gone.signal.aborted) return reply.hijack();
    throw error;
  }
  const { [ROUTE_HEADER]: route, ...given } = answer.headers;
  if (typeof route === 'string') reply.answeredBy = route;
  for (const [name, value] of Object.entries(given)) {
    if (!HOP_BY_HOP.has(name)) void reply.header(name, value);
  }
  return reply.code(answer.statusCode ?? 502).send(answer);
}

/** In the error format of the unavailable route. */
function answerInTheFormAsked(
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  if (request.url.startsWith('/api/v3/')) return answerV3Error(error, request, reply);
  const isJaeger = request.url.startsWith('/api/') && !request.url.startsWith('/api/v1/');
  return (isJaeger ? answerV1Error : answerError)(error, request, reply);
}
