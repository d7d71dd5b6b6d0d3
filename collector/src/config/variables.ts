/** A variable without an option, for `docs/configuration.md`. */
export interface DescribedVariable {
  readonly name: string;
  readonly help: string;
  readonly fallback?: string;
}

/** The variables that have no option, because they hold secrets or belong to those that do. */
export const DESCRIBED_VARIABLES: readonly DescribedVariable[] = [
  { name: 'SANDSCOPE_TOKEN', help: 'a token that may send spans' },
  { name: 'SANDSCOPE_TOKENS', help: 'several of these tokens, separated by commas or spaces' },
  { name: 'SANDSCOPE_QUERY_TOKEN', help: 'a token that may ask questions' },
  { name: 'SANDSCOPE_QUERY_TOKENS', help: 'several of these tokens, separated by commas or spaces' },
  { name: 'SANDSCOPE_ADMIN_TOKEN', help: 'a token that may delete over HTTP' },
  { name: 'SANDSCOPE_ADMIN_TOKENS', help: 'several of these tokens, separated by commas or spaces' },
  {
    name: 'SANDSCOPE_MCP_TOKEN',
    help: 'the token that clients of `sandscope mcp --mcp-port` must send',
  },
  {
    name: 'SANDSCOPE_FORWARD_HEADERS',
    help: 'headers for the one forward target: `name=value,…`, percent-encoded',
  },
  {
    name: 'SANDSCOPE_CLICKHOUSE_URL',
    help: 'the HTTP interface of your own ClickHouse, used instead of the embedded engine',
    fallback: 'the embedded engine',
  },
  { name: 'SANDSCOPE_CLICKHOUSE_USER', help: 'the user who writes', fallback: 'default' },
  { name: 'SANDSCOPE_CLICKHOUSE_PASSWORD', help: 'the password of that user' },
  { name: 'SANDSCOPE_CLICKHOUSE_PASSWORD_FILE', help: 'a file that holds the password' },
  {
    name: 'SANDSCOPE_CLICKHOUSE_QUERY_USER',
    help: 'a read-only user for questions',
    fallback: 'the user who writes',
  },
  { name: 'SANDSCOPE_CLICKHOUSE_QUERY_PASSWORD', help: 'the password of that user' },
  { name: 'SANDSCOPE_CLICKHOUSE_QUERY_PASSWORD_FILE', help: 'a file that holds the password' },
  { name: 'SANDSCOPE_CLICKHOUSE_DATABASE', help: 'the database', fallback: 'sandscope' },
  {
    name: 'SANDSCOPE_CLICKHOUSE_CLUSTER',
    help: 'a cluster in the servers’ `remote_servers`, or the macro that names it, such as `{cluster}`',
    fallback: 'no cluster',
  },
  {
    name: 'SANDSCOPE_CLICKHOUSE_CA_FILE',
    help: 'PEM file of a certificate authority that the system does not trust',
  },
  {
    name: 'SANDSCOPE_CLICKHOUSE_CERT_FILE',
    help: 'PEM file of a client certificate, in place of a password',
  },
  { name: 'SANDSCOPE_CLICKHOUSE_KEY_FILE', help: 'PEM file of its key' },
];
