/** The questions as tools of the Model Context Protocol. */
export { mcpServers } from './mcp-server.ts';
export type { NewMcpServer } from './mcp-server.ts';
export { buildMcpApp, MCP_PATH } from './mcp-http.ts';
