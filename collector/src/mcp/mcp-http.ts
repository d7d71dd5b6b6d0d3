import fastify from 'fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sendError } from '../http/error-answer.ts';
import { CollectorError } from '../errors/errors.ts';
import { closeSilent, endUnreadBody, guard, sendSecurityHeaders } from '../security/index.ts';
import type { Tokens } from '../security/index.ts';
import type { NewMcpServer } from './mcp-server.ts';

/** Path of the protocol endpoint. */
export const MCP_PATH = '/mcp';

const MAX_BODY_BYTES = 256 * 1024;
const REQUEST_TIMEOUT_MILLIS = 30_000;
const MAX_CONNECTIONS = 256;

/**
 * The protocol over Streamable HTTP, without sessions: each POST gets its own answer, as JSON. It requires a token at
 * any bind address, and refuses requests from web pages of other origins.
 *
 * @param warn called for invalid tokens
 */
export async function buildMcpApp(
  newServer: NewMcpServer,
  tokens: Tokens,
  warn: (message: string) => void,
): Promise<FastifyInstance> {
  const { StreamableHTTPServerTransport } =
    await import('@modelcontextprotocol/sdk/server/streamableHttp.js');
  const app = fastify({
    logger: { level: 'warn', stream: process.stderr },
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MILLIS,
    forceCloseConnections: true,
    frameworkErrors: (error, _request, reply) => sendError(error, reply),
  });
  app.server.maxConnections = MAX_CONNECTIONS;
  closeSilent(app.server, REQUEST_TIMEOUT_MILLIS / 2);
  await sendSecurityHeaders(app);
  app.addHook('onRequest', refuseOtherOrigins);
  guard(app, { query: tokens }, warn);
  app.setErrorHandler((error, _request, reply) => sendError(error, reply));
  app.setNotFoundHandler(({ method, url }, reply) => {
    void reply.code(404).send({ code: 'ERR_NOT_FOUND', message: `no such path: ${method} ${url}` });
  });
  app.route({
    method: ['GET', 'DELETE'],
    url: MCP_PATH,
    handler: async ({ method }, reply) => {
      void reply.header('allow', 'POST');
      throw new CollectorError('ERR_METHOD', `${method} is not supported here, only POST`, {
        statusCode: 405,
      });
    },
  });
  app.post(MCP_PATH, async (request, reply) => {
    const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true });
    const server = newServer();
    reply.raw.once('close', () => void server.close());
    await server.connect(transport);
    handOver(reply);
    await transport.handleRequest(request.raw, reply.raw, request.body);
  });
  return app;
}

/** The SDK writes the answer itself; our headers are added. */
function handOver(reply: FastifyReply): void {
  reply.hijack();
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) reply.raw.setHeader(name, value);
  }
}

/** Required by the protocol: the origin exposes a page that points its own name at this address. */
async function refuseOtherOrigins({ headers, raw }: FastifyRequest): Promise<void> {
  const { origin, host } = headers;
  if (origin === undefined || URL.parse(origin)?.host === host) return;
  endUnreadBody(raw);
  throw new CollectorError('ERR_ORIGIN_NOT_ALLOWED', 'pages of other origins are not allowed', {
    statusCode: 403,
  });
}
