import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { CollectorError } from '../errors/errors.ts';
import { endUnreadBody, PATIENTLY } from '../security/unread-body.ts';
import { publicMessage } from '../security/without-paths.ts';
import { BodyBudget } from './body-budget.ts';
import { contentEncodingOf } from './content-encoding.ts';
import type { TraceRequestSummary } from './encode.ts';
import type { OtlpEncoding } from './encoding.ts';
import { encodingOfContentType, mediaTypeOf } from './encoding.ts';
import { readBody, tooLarge } from './read-body.ts';
import { encodeStatus, encodeTraceResponse } from './response.ts';

/** Keeps a request on disk, then returns a summary of it. Takes over the bytes for good. */
export type AcceptTraces = (
  body: Uint8Array<ArrayBuffer>,
  encoding: OtlpEncoding,
  contentType: string,
) => Promise<TraceRequestSummary>;

export interface ReceiverOptions {
  readonly accept: AcceptTraces;
  /** Limit of a body, before and after decompression. Default 16 MiB. */
  readonly maxBodyBytes?: number;
  /** Memory for all bodies being received at once. Default {@link bodyBudgetFor} `maxBodyBytes`. */
  readonly budget?: BodyBudget;
  /** Called with the status and code of every refusal. */
  readonly onRefused?: (statusCode: number, code: string) => void;
}

export const DEFAULT_MAX_BODY_BYTES = 16 * 1024 * 1024;
const MIN_RECEIVING_BYTES = 64 * 1024 * 1024;
const DEFAULT_RETRY_AFTER_SECONDS = 1;

/**
 * OTLP/HTTP for traces, specification 1.11. `POST /v1/traces` answers 200 only for spans that are on disk; 400, 413 and
 * 415 for requests that can never succeed; 503 with Retry-After for every other failure, because a client drops its
 * spans at a 500. Every response body is an OTLP message in the encoding of the request. Other signals are 404.
 */
export const otlpReceiver: FastifyPluginAsync<ReceiverOptions> = async (app, options) => {
  const maxBytes = options.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES;
  const budget = options.budget ?? bodyBudgetFor(maxBytes);

  app.removeAllContentTypeParsers();
  // The handler reads the body itself, after every check that needs only the headers.
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));

  app.setErrorHandler((error, request, reply) => {
    const failure = toCollectorError(error);
    if (failure.code === 'ERR_INTERNAL') request.log.error(error);
    options.onRefused?.(failure.statusCode, failure.code);
    sendFailure(request, reply, failure);
  });

  const receive = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const contentType = request.headers['content-type'] ?? '';
    const encoding = encodingOfContentType(contentType);
    if (encoding === undefined) throw badMediaType(contentType);
    const contentEncoding = contentEncodingOf(request.headers['content-encoding']);
    if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
    const peer = request.raw.socket.remoteAddress ?? '';
    const body = await readBody(request.raw, { encoding: contentEncoding, maxBytes, budget, peer });
    try {
      const result = await options.accept(body.bytes, encoding, contentType);
      return await reply.type(mediaTypeOf(encoding)).send(encodeTraceResponse(result, encoding));
    } finally {
      body.release();
    }
  };

  app.post('/v1/traces', receive);
  app.route({
    method: app.supportedMethods.filter((method) => method !== 'POST'),
    url: '/v1/traces',
    exposeHeadRoute: false,
    handler: async (request, reply) => {
      void reply.header('allow', 'POST');
      throw new CollectorError('ERR_OTLP_METHOD', `${request.method} is not supported here, only POST`, {
        statusCode: 405,
      });
    },
  });
  for (const signal of ['logs', 'metrics', 'profiles']) {
    app.all(`/v1/${signal}`, async () => {
      throw new CollectorError('ERR_OTLP_SIGNAL', `${signal} are not received here, only traces`, {
        statusCode: 404,
      });
    });
  }
};

/** The body's share of a request's time. When the full time runs out, HTTP answers 408, and exporters do not retry. */
const BODY_SHARE = 0.8;
const DEFAULT_REQUEST_TIMEOUT_MILLIS = 30_000;

/** Four of the largest bodies, at least 64 MiB; each is answered before its request times out. */
export function bodyBudgetFor(
  maxBodyBytes: number = DEFAULT_MAX_BODY_BYTES,
  requestTimeoutMillis: number = DEFAULT_REQUEST_TIMEOUT_MILLIS,
): BodyBudget {
  return new BodyBudget({
    maxBytes: Math.max(MIN_RECEIVING_BYTES, 4 * maxBodyBytes),
    maxMillis: BODY_SHARE * requestTimeoutMillis,
  });
}

function sendFailure(request: FastifyRequest, reply: FastifyReply, failure: CollectorError): void {
  const encoding = encodingOfContentType(request.headers['content-type']) ?? 'json';
  if (failure.statusCode === 503 || failure.statusCode === 429) {
    void reply.header('retry-after', String(failure.retryAfterSeconds ?? DEFAULT_RETRY_AFTER_SECONDS));
  }
  endUnreadBody(request.raw, failure.statusCode === 413 ? PATIENTLY : undefined);
  const text = `${failure.code}: ${publicMessage(failure)}`;
  void reply
    .code(failure.statusCode)
    .type(mediaTypeOf(encoding))
    .send(encodeStatus(failure.statusCode, text, encoding));
}

/** Unclassified errors are 503: the client keeps its spans and retries. */
function toCollectorError(error: unknown): CollectorError {
  if (error instanceof CollectorError) return error;
  const statusCode = (error as { statusCode?: number }).statusCode ?? 500;
  const message = error instanceof Error ? error.message : String(error);
  if (statusCode === 413) return new CollectorError('ERR_OTLP_TOO_LARGE', message, { statusCode });
  if (statusCode === 415) return new CollectorError('ERR_OTLP_MEDIA_TYPE', message, { statusCode });
  if (statusCode === 400) return new CollectorError('ERR_OTLP_DECODE', message, { statusCode });
  return new CollectorError('ERR_INTERNAL', 'the request could not be kept', {
    statusCode: 503,
    cause: error,
  });
}

function badMediaType(contentType: string): CollectorError {
  const given = contentType === '' ? 'no content type' : `content type "${contentType.slice(0, 100)}"`;
  return new CollectorError(
    'ERR_OTLP_MEDIA_TYPE',
    `${given} is not an OTLP content type; send application/x-protobuf or application/json`,
    { statusCode: 415 },
  );
}
