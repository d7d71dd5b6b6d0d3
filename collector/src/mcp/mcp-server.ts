import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { Question } from '../correlate/questions/index.ts';
import { CollectorError } from '../errors/errors.ts';
import { INSTRUCTIONS, QuestionTool } from './tool.ts';
import type { AskCollector } from './tool.ts';

export interface McpOptions {
  readonly questions: readonly Question[];
  readonly ask: AskCollector;
  /** Version of this package. */
  readonly version: string;
  /** Limit of an answer as JSON, bytes. Default 32 KiB. */
  readonly maxAnswerBytes?: number;
}

const DEFAULT_ANSWER_BYTES = 32 * 1024;

/** Creates a protocol server for each connecting client. */
export type NewMcpServer = () => McpServer;

/**
 * Loads the official SDK, which only this feature needs.
 *
 * @throws {CollectorError} `ERR_MCP_UNAVAILABLE` when it is not installed
 */
export async function mcpServers(options: McpOptions): Promise<NewMcpServer> {
  const { questions, ask, version, maxAnswerBytes = DEFAULT_ANSWER_BYTES } = options;
  const { mcp, types } = await loadSdk();
  const tools = questions.map((question) => new QuestionTool(question, maxAnswerBytes));
  return () => {
    const server = new mcp.McpServer(
      { name: 'sandscope', title: 'Sandscope', version },
      { capabilities: { tools: {} }, instructions: INSTRUCTIONS },
    );
    // Below the SDK's tool helper, which expects schemas of another library: ours are already JSON Schema.
    server.server.setRequestHandler(types.ListToolsRequestSchema, () => ({
      tools: tools.map(({ description }) => ({ ...description })),
    }));
    server.server.setRequestHandler(types.CallToolRequestSchema, async ({ params }, { signal }) => {
      const tool = tools.find(({ description }) => description.name === params.name);
      if (tool === undefined)
        throw new types.McpError(types.ErrorCode.InvalidParams, `there is no tool "${params.name}"`);
      return { ...(await tool.call(params.arguments ?? {}, ask, signal)) };
    });
    return server;
  };
}

async function loadSdk() {
  try {
    const [mcp, types] = await Promise.all([
      import('@modelcontextprotocol/sdk/server/mcp.js'),
      import('@modelcontextprotocol/sdk/types.js'),
    ]);
    return { mcp, types };
  } catch (error) {
    throw new CollectorError(
      'ERR_MCP_UNAVAILABLE',
      'sandscope mcp needs the optional package @modelcontextprotocol/sdk, which is not installed',
      { cause: error },
    );
  }
}
