import type { FastifyInstance, FastifyReply } from 'fastify';
import fastify from 'fastify';
import { CollectorError } from './errors.ts';
import type { CollectorMetrics } from './metrics.ts';
import type { AcceptTraces } from './otlp/index.ts';
import { otlpReceiver } from './otlp/index.ts';
import { queryApi } from './routes/index.ts';
import type { CollectorStatus } from './status.ts';
import type { Store } from './store/store.ts';
import { webPage } from './web/index.ts';

export interface AppDeps {
  readonly accept: AcceptTraces;
  /** Undefined until the engine is there. */
  readonly store: () => Store | undefined;
  readonly status: () => Promise<CollectorStatus>;
  /** Why the collector is not ready; empty when it is. */
  readonly notReady: () => Promise<readonly string[]>;
  readonly metrics: CollectorMetrics;
  /** Limit of an OTLP body. Default 16 MiB. */
  readonly maxBodyBytes?: number;
}

/** A request has this long to arrive, headers included. */
const REQUEST_TIMEOUT_MILLIS = 30_000;
const HEADERS_TIMEOUT_MILLIS = 15_000;
const IDLE_TIMEOUT_MILLIS = 120_000;

/**
 * The HTTP side of the collector: OTLP receiver, query API, page, health and metrics. It listens to nothing by
 * itself, so that `app.inject()` can be used on it.
 */
export async function buildApp(deps: AppDeps): Promise<FastifyInstance> {
  const app = fastify({
    logger: { level: 'warn', stream: process.stderr },
    requestTimeout: REQUEST_TIMEOUT_MILLIS,
    connectionTimeout: IDLE_TIMEOUT_MILLIS,
    http: { headersTimeout: HEADERS_TIMEOUT_MILLIS },
    forceCloseConnections: 'idle',
    return503OnClosing: false, // its body would not be OTLP; the ingest refuses by itself
    frameworkErrors: (error, _request, reply) => sendError(error, reply),
  });
  const { metrics } = deps;

  app.setNotFoundHandler((request, reply) => {
    void reply
      .code(404)
      .send({ code: 'ERR_NOT_FOUND', message: `no such path: ${request.method} ${request.url}` });
  });
  app.setErrorHandler((error, request, reply) => {
    sendError(error, reply);
    if (reply.statusCode >= 500) request.log.error(error);
  });

  await app.register(otlpReceiver, {
    accept: async (...request) => {
      const result = await deps.accept(...request);
      metrics.accepted(result);
      return result;
    },
    onRefused: (statusCode, code) => metrics.refused(statusCode, code),
    ...(deps.maxBodyBytes !== undefined && { maxBodyBytes: deps.maxBodyBytes }),
  });
  await app.register(queryApi, { store: deps.store, status: deps.status });
  await app.register(webPage);

  app.get('/healthz', async () => ({ status: 'alive' }));
  app.get('/readyz', async (_request, reply) => {
    const reasons = await deps.notReady();
    return reply.code(reasons.length === 0 ? 200 : 503).send({ ready: reasons.length === 0, reasons });
  });
  app.get('/metrics', async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.scrape()),
  );
  return app;
}

function sendError(error: unknown, reply: FastifyReply): void {
  const { statusCode, code, message, details } = toAnswer(error);
  void reply.code(statusCode).send({ code, message, ...(details && { details }) });
}

function toAnswer(error: unknown): Pick<CollectorError, 'statusCode' | 'code' | 'message' | 'details'> {
  if (error instanceof CollectorError) return error;
  const { statusCode = 500, message } = error as { statusCode?: number; message: string };
  if (statusCode < 500) return { statusCode, code: 'ERR_BAD_PARAMETER', message, details: undefined };
  return { statusCode: 500, code: 'ERR_INTERNAL', message: 'an error nobody foresaw', details: undefined };
}
