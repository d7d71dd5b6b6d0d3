import type { SecureContextOptions } from 'node:tls';
import type { FastifyInstance, FastifyReply, FastifyServerOptions } from 'fastify';
import fastify from 'fastify';
import { CollectorError } from './errors.ts';
import { jaegerApi } from './jaeger/index.ts';
import type { CollectorMetrics } from './metrics.ts';
import type { AcceptTraces } from './otlp/index.ts';
import { otlpReceiver } from './otlp/index.ts';
import { queryApi } from './routes/index.ts';
import type { Access } from './security/index.ts';
import { allowOrigins, guard, sendSecurityHeaders } from './security/index.ts';
import type { CollectorStatus } from './status.ts';
import { cancelledBy } from './store/cancellation.ts';
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
  /** Who may do what. Default: everyone everything. */
  readonly access?: Access;
  /** Origins whose pages may send spans. Default none. */
  readonly corsOrigins?: readonly string[];
  /** Serve HTTPS. A `ca` in it makes client certificates required. Default HTTP. */
  readonly tls?: SecureContextOptions;
  /** Connections at the same time; more are closed at once. Default 4096. */
  readonly maxConnections?: number;
  /** A request has this long to arrive, its head half of it. Default 30 s. */
  readonly requestTimeoutMillis?: number;
}

const REQUEST_TIMEOUT_MILLIS = 30_000;
const IDLE_TIMEOUT_MILLIS = 120_000;
const HANDSHAKE_TIMEOUT_MILLIS = 10_000;
const DEFAULT_MAX_CONNECTIONS = 4096;

/**
 * The HTTP side of the collector: OTLP receiver, query API, page, health and metrics. It listens to nothing by
 * itself, so that `app.inject()` can be used on it.
 */
export async function buildApp(deps: AppDeps): Promise<FastifyInstance> {
  const { metrics, tls, requestTimeoutMillis = REQUEST_TIMEOUT_MILLIS } = deps;
  const http = {
    headersTimeout: requestTimeoutMillis / 2,
    // How often it is looked for requests that are late; by default only every 30 s.
    connectionsCheckingInterval: requestTimeoutMillis / 10,
  };
  const https = tls && {
    ...http,
    ...tls,
    handshakeTimeout: HANDSHAKE_TIMEOUT_MILLIS,
    ...(tls.ca !== undefined && { requestCert: true, rejectUnauthorized: true }),
  };
  const app: FastifyInstance = fastify({
    logger: { level: 'warn', stream: process.stderr },
    requestTimeout: requestTimeoutMillis,
    connectionTimeout: IDLE_TIMEOUT_MILLIS,
    forceCloseConnections: 'idle',
    return503OnClosing: false, // its body would not be OTLP; the ingest refuses by itself
    frameworkErrors: (error, _request, reply) => sendError(error, reply),
    ...(https ? { https } : { http }),
  } as FastifyServerOptions);
  app.server.maxConnections = deps.maxConnections ?? DEFAULT_MAX_CONNECTIONS;
  await sendSecurityHeaders(app);
  await allowOrigins(app, deps.corsOrigins ?? []);
  guard(app, deps.access ?? {});

  // A client that goes away before its answer takes its queries with it.
  app.addHook('onRequest', (_request, reply, done) => {
    const gone = new AbortController();
    reply.raw.once('close', () => {
      if (!reply.raw.writableFinished) gone.abort();
    });
    cancelledBy(gone.signal, done);
  });
  app.addHook('onResponse', ({ method, routeOptions }, reply, done) => {
    metrics.answered(method, routeOptions.url ?? 'none', reply.statusCode, reply.elapsedTime / 1000);
    done();
  });
  app.setNotFoundHandler((request, reply) => {
    void reply
      .code(404)
      .send({ code: 'ERR_NOT_FOUND', message: `no such path: ${request.method} ${request.url}` });
  });
  app.setErrorHandler((error, request, reply) => {
    sendError(error, reply);
    // Nobody reads the answer of a client that went away; its queries were ended for it.
    if (reply.statusCode >= 500 && !reply.raw.destroyed) request.log.error(error);
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
  await app.register(jaegerApi, { store: deps.store });
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
