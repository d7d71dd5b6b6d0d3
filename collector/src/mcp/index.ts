/** The questions as Model Context Protocol tools. */
export { mcpServers } from './mcp-server.ts';
export type { NewMcpServer } from './mcp-server.ts';
export { buildMcpApp, MCP_PATH } from './mcp-http.ts';
