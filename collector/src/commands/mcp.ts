import { isIPv6 } from 'node:net';
import type { AddressInfo } from 'node:net';
import { badOption } from '../config/index.ts';
import type { Settings } from '../config/index.ts';
import { CollectorError } from '../errors/errors.ts';
import type { NewMcpServer } from '../mcp/index.ts';
import { parseTokens, Tokens } from '../security/index.ts';
import { stderrLog } from '../log/stderr-log.ts';
import { ASK_OPTIONS, askCollector } from './ask-collector.ts';
import type { Command } from './command.ts';
import { packageVersion } from '../process/package-version.ts';

const DEFAULT_HOST = '127.0.0.1';
const TOKEN_VARIABLE = 'SANDSCOPE_MCP_TOKEN';
const MIN_ANSWER_BYTES = 1024;

/** Offers every question to clients of the Model Context Protocol. */
export const mcp: Command = {
  name: 'mcp',
  summary: 'let AI assistants ask questions (Model Context Protocol)',
  options: [
    ...ASK_OPTIONS,
    {
      name: 'mcp-max-answer-bytes',
      value: 'N',
      help: 'maximum size of an answer; larger answers are cut, and marked as cut',
      fallback: '32KiB',
    },
    {
      name: 'mcp-port',
      value: 'N',
      help: 'serve Streamable HTTP on this port',
      fallback: 'standard input and output',
    },
    {
      name: 'mcp-host',
      value: 'ADDRESS',
      help: 'with --mcp-port: address to listen on',
      fallback: DEFAULT_HOST,
    },
    {
      name: 'mcp-token-file',
      value: 'FILE',
      help: 'with --mcp-port: file with the tokens of clients, one per line',
    },
  ],
  notes: `A client starts it as a program, or connects to http://HOST:PORT/mcp with a token in the Authorization
header (--mcp-token-file, or ${TOKEN_VARIABLE}). It queries the collector at --url and stores nothing.`,
  run: async (settings) => {
    const { QUESTIONS } = await import('../correlate/questions/index.ts');
    const { mcpServers } = await import('../mcp/index.ts');
    const maxAnswerBytes = settings.size('mcp-max-answer-bytes');
    if (maxAnswerBytes !== undefined && maxAnswerBytes < MIN_ANSWER_BYTES)
      throw badOption(`--mcp-max-answer-bytes is below ${MIN_ANSWER_BYTES}: "${maxAnswerBytes}"`);
    const port = settings.port('mcp-port');
    const tokens = port === undefined ? undefined : readTokens(settings);
    const newServer = await mcpServers({
      questions: QUESTIONS,
      ask: async (path, signal) => (await askCollector(settings, path, signal)).text,
      version: packageVersion(),
      ...(maxAnswerBytes !== undefined && { maxAnswerBytes }),
    });
    if (port === undefined || tokens === undefined) await serveStandardStreams(newServer);
    else await serveHttp(newServer, tokens, settings.text('mcp-host') ?? DEFAULT_HOST, port);
  },
};

/**
 * @throws {CollectorError} `ERR_OPTION`: without tokens, anyone who can reach the port could read everything that the
 *   collector's own token allows.
 */
function readTokens(settings: Settings): Tokens {
  const file = settings.text('mcp-token-file');
  const variable = settings.variable(TOKEN_VARIABLE);
  if (file === undefined && variable === undefined)
    throw badOption(`--mcp-port needs tokens: --mcp-token-file FILE, or ${TOKEN_VARIABLE}`);
  const tokens = variable && parseTokens(variable.text.replaceAll(',', ' '), TOKEN_VARIABLE);
  return new Tokens({ ...(file !== undefined && { file }), ...(tokens && { tokens }) }, (message) =>
    stderrLog.warn(message),
  );
}

/** Runs until standard input ends. Nothing but the protocol may be written to standard output. */
async function serveStandardStreams(newServer: NewMcpServer): Promise<void> {
  const { StdioServerTransport } = await import('@modelcontextprotocol/sdk/server/stdio.js');
  const server = newServer();
  const ended = new Promise<void>((resolve) => {
    process.stdin.once('end', resolve);
    process.stdin.once('close', resolve);
  });
  await server.connect(new StdioServerTransport());
  await ended;
  await server.close();
}

async function serveHttp(newServer: NewMcpServer, tokens: Tokens, host: string, port: number): Promise<void> {
  const { buildMcpApp, MCP_PATH } = await import('../mcp/index.ts');
  const app = await buildMcpApp(newServer, tokens, (message) => stderrLog.warn(message));
  try {
    await app.listen({ host, port });
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code === 'EADDRINUSE')
      throw new CollectorError('ERR_PORT_IN_USE', `port ${port} on ${host} is used by another program`, {
        cause: error,
      });
    throw badOption(`port ${port} on ${host} cannot be opened: ${message}`);
  }
  const { address, port: bound } = app.server.address() as AddressInfo;
  const name = isIPv6(address) ? `[${address}]` : address;
  process.stdout.write(`sandscope: http://${name}:${bound}${MCP_PATH}\n`);
  const ended = new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  process.on('SIGHUP', () => tokens.reload());
  await ended;
  await app.close();
  tokens.close();
}
