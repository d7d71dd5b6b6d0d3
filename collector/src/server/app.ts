import type { SecureContextOptions } from 'node:tls';
import { constants } from 'node:zlib';
import compress from '@fastify/compress';
import type { FastifyBaseLogger, FastifyInstance, FastifyServerOptions } from 'fastify';
import fastify from 'fastify';
import type { Deleter } from '../deletion/index.ts';
import { answerErrors, sendError } from '../http/error-answer.ts';
import { answerMalformed } from '../http/malformed-http.ts';
import type { CollectorMetrics } from './metrics.ts';
import { refuseOtherMethods } from '../http/other-methods.ts';
import type { AcceptTraces, BodyBudget } from '../otlp/index.ts';
import { otlpReceiver } from '../otlp/index.ts';
import type { Querier } from '../querier/index.ts';
import { querierProxy } from '../querier/index.ts';
import { deletionApi } from '../routes/deletion-api.ts';
import { statusApi } from '../routes/status-api.ts';
import type { Access } from '../security/index.ts';
import {
  allowHosts,
  allowOrigins,
  closeSilent,
  guard,
  sendSecurityHeaders,
  withoutPaths,
} from '../security/index.ts';
import { sqlRoute } from '../sql/index.ts';
import type { SqlEngine } from '../sql/index.ts';
import type { CollectorStatus } from '../schema/collector-status.ts';
import { resultViewer, webPage } from '../web/index.ts';

export interface AppDeps {
  readonly accept: AcceptTraces;
  /** Answers the questions. */
  readonly querier: Pick<Querier, 'ask'>;
  readonly status: () => Promise<CollectorStatus>;
  /** Why the collector is not ready; empty when it is. */
  readonly notReady: () => Promise<readonly string[]>;
  readonly metrics: CollectorMetrics;
  /** Runs SQL that users send, once the views for it exist. Default: nobody may send any. */
  readonly sqlEngine?: () => SqlEngine | undefined;
  /** Deletes received data. Default: nothing can be deleted. */
  readonly deleter?: Pick<Deleter, 'list' | 'delete'>;
  /** Limit of an OTLP body. Default 16 MiB. */
  readonly maxBodyBytes?: number;
  /** Memory for all bodies being received at once. Default four of the largest bodies, at least 64 MiB. */
  readonly bodyBudget?: BodyBudget;
  /** Who may do what. Default: everyone may do everything. */
  readonly access?: Access;
  /** Host names, besides those of this machine, that a request may be addressed to. Default any. */
  readonly allowedHosts?: readonly string[];
  /** Log for errors in requests. Default warnings as JSON on standard error. */
  readonly logger?: FastifyBaseLogger;
  /** Called for invalid tokens. */
  readonly warn?: (message: string) => void;
  /** Origins whose pages may send spans. Default none. */
  readonly corsOrigins?: readonly string[];
  /** Serve HTTPS. A `ca` in it makes client certificates required. Default HTTP. */
  readonly tls?: SecureContextOptions;
  /** Maximum number of open connections; further ones are closed at once. Default 4096. */
  readonly maxConnections?: number;
  /** Time for a request to arrive in full; its headers have half of it. Default 30 s. */
  readonly requestTimeoutMillis?: number;
}

const REQUEST_TIMEOUT_MILLIS = 30_000;
const IDLE_TIMEOUT_MILLIS = 120_000;
const HANDSHAKE_TIMEOUT_MILLIS = 10_000;
const DEFAULT_MAX_CONNECTIONS = 4096;
/** Compressing what fits into one packet gains nothing. */
const MIN_COMPRESSED_BYTES = 1200;

/**
 * The HTTP side of the collector: OTLP receiver, page, health and metrics. Questions go to the querier. It does not
 * listen by itself, so tests can use `app.inject()`.
 */
export async function buildApp(deps: AppDeps): Promise<FastifyInstance> {
  const { metrics, tls, requestTimeoutMillis = REQUEST_TIMEOUT_MILLIS } = deps;
  const http = {
    headersTimeout: requestTimeoutMillis / 2,
    // How often Node looks for late requests; its default is only every 30 s.
    connectionsCheckingInterval: requestTimeoutMillis / 10,
  };
  const https = tls && {
    ...http,
    ...tls,
    handshakeTimeout: HANDSHAKE_TIMEOUT_MILLIS,
    ...(tls.ca !== undefined && { requestCert: true, rejectUnauthorized: true }),
  };
  const app: FastifyInstance = fastify({
    ...(deps.logger
      ? {
          loggerInstance: deps.logger,
          logController: new fastify.LogController({ disableRequestLogging: true }),
        }
      : { logger: { level: 'warn', stream: process.stderr } }),
    requestTimeout: requestTimeoutMillis,
    connectionTimeout: IDLE_TIMEOUT_MILLIS,
    forceCloseConnections: 'idle',
    // Endpoints are often written with a trailing slash.
    routerOptions: { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true },
    return503OnClosing: false, // its body would not be OTLP; ingest refuses requests by itself
    frameworkErrors: (error, _request, reply) => sendError(error, reply),
    clientErrorHandler: answerMalformed,
    ...(https ? { https } : { http }),
  } as FastifyServerOptions);
  closeSilent(app.server, requestTimeoutMillis / 2);
  app.server.maxConnections = deps.maxConnections ?? DEFAULT_MAX_CONNECTIONS;
  await sendSecurityHeaders(app);
  // Responses only: the receiver inflates request bodies, within its limits.
  await app.register(compress, {
    globalDecompression: false,
    threshold: MIN_COMPRESSED_BYTES,
    encodings: ['zstd', 'br', 'gzip', 'deflate'],
    brotliOptions: { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } },
  });
  if (deps.allowedHosts !== undefined) allowHosts(app, deps.allowedHosts);
  await allowOrigins(app, deps.corsOrigins ?? []);
  guard(app, deps.access ?? {}, deps.warn);
  refuseOtherMethods(app);

  app.decorateReply('answeredBy', undefined);
  app.addHook('onResponse', ({ method, routeOptions }, reply, done) => {
    const route = reply.answeredBy ?? routeOptions.url ?? 'none';
    metrics.answered(method, route, reply.statusCode, reply.elapsedTime / 1000);
    done();
  });
  answerErrors(app);

  await app.register(otlpReceiver, {
    accept: async (...request) => {
      const result = await deps.accept(...request);
      metrics.accepted(result);
      return result;
    },
    onRefused: (statusCode, code) => metrics.refused(statusCode, code),
    ...(deps.maxBodyBytes !== undefined && { maxBodyBytes: deps.maxBodyBytes }),
    ...(deps.bodyBudget && { budget: deps.bodyBudget }),
  });
  await app.register(statusApi, { status: deps.status });
  await app.register(deletionApi, { ...(deps.deleter && { deleter: deps.deleter }) });
  await app.register(querierProxy, { querier: deps.querier });
  if (deps.sqlEngine) await app.register(sqlRoute, { engine: deps.sqlEngine });
  await app.register(webPage);
  await app.register(resultViewer);

  app.get('/healthz', async () => ({ status: 'alive' }));
  app.get('/readyz', async (_request, reply) => {
    const reasons = (await deps.notReady()).map((reason) => withoutPaths(reason));
    return reply.code(reasons.length === 0 ? 200 : 503).send({ ready: reasons.length === 0, reasons });
  });
  app.get('/metrics', async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.scrape()),
  );
  return app;
}
