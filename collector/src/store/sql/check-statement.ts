import { quote } from '../query-params.ts';
import type { AllowedFunctions, Run } from './allowed-functions.ts';
import { SQL_VIEWS } from './views.ts';

/** A statement must not run. */
export class RefusedStatement extends Error {
  override readonly name = 'RefusedStatement';
}

/** The statement that may run, as the engine formats it. */
export interface CheckedStatement {
  readonly sql: string;
  /** The format that the statement names; undefined if it names none. */
  readonly format: string | undefined;
}

/** Limits of an SQL text. */
const MAX_CHARS = 64 * 1024;
const VIEWS = SQL_VIEWS.map(({ name }) => name);
/** System tables that clients read to list what exists. None reveals anything about other users. */
const SYSTEM_TABLES = new Set([
  'one',
  'tables',
  'columns',
  'databases',
  'functions',
  'settings',
  'data_type_families',
]);
/** Columns with paths on the machine. */
const PATH_COLUMN = /(?:^|\.)(?:\w+_paths?|path)$/i;
/** Depth of the asterisk in the `SELECT * FROM (…)` around a statement. */
const OWN_ASTERISK = 4;
const TABLE_FUNCTIONS = new Set(['numbers']);
/**
 * Node types that a SELECT may consist of. Excluded: `Set` (SETTINGS), `ColumnsApplyTransformer` (APPLY, which hides
 * the name of its function), `QueryParameter`, and every unknown type.
 */
const NODES = new Set([
  'ArrayJoin',
  'Asterisk',
  'ColumnsExceptTransformer',
  'ColumnsListMatcher',
  'ColumnsRegexpMatcher',
  'ColumnsReplaceTransformer',
  'ColumnsReplaceTransformer::Replacement',
  'ColumnsTransformerList',
  'ExpressionList',
  'Function',
  'Identifier',
  'InterpolateElement',
  'Literal',
  'OrderByElement',
  'QualifiedAsterisk',
  'QualifiedColumnsListMatcher',
  'QualifiedColumnsRegexpMatcher',
  'SelectIntersectExceptQuery',
  'SelectQuery',
  'SelectWithUnionQuery',
  'Subquery',
  'TableExpression',
  'TableIdentifier',
  'TableJoin',
  'TablesInSelectQuery',
  'TablesInSelectQueryElement',
  'WindowDefinition',
  'WindowListElement',
  'WithElement',
]);

/**
 * Checks a statement with the engine's parser, without running or analysing it; analysis alone can read a file:
 *
 * 1. It is passed as a text, which the engine parses as exactly one statement and formats without comments.
 * 2. The result must be a SELECT within brackets too: there is no INTO OUTFILE and no other statement.
 * 3. Each node of its syntax tree is of a known type, each function is allowed, and each table is a public view.
 *
 * The engine's formatted statement is the one that runs, under a role that can only read these views.
 *
 * @param run a connection with that role
 * @throws {RefusedStatement} with the reason; {Error} of the engine where it cannot parse the text
 */
export async function checkStatement(
  run: Run,
  functions: AllowedFunctions,
  database: string,
  text: string,
): Promise<CheckedStatement> {
  if (text.length > MAX_CHARS) throw new RefusedStatement(`a statement has at most ${MAX_CHARS} characters`);
  const written = await read(run, `SELECT formatQuerySingleLine(${quote(text)})`);
  const [, body = '', format] = /^(.*?)(?:\s+FORMAT (\w+))?$/s.exec(written) ?? [];
  if (isListing(body, database)) return { sql: body, format };
  if (!/^(?:SELECT|WITH|\()/.test(body))
    throw new RefusedStatement('only SELECT, SHOW TABLES, SHOW DATABASES and DESCRIBE of a view run here');
  const tree = await read(run, `EXPLAIN AST SELECT * FROM (${body})`);
  checkTree(tree.split('\n'), functions, database);
  return { sql: body, format };
}

function isListing(sql: string, database: string): boolean {
  if (sql === 'SHOW DATABASES' || sql === 'SHOW TABLES' || sql === `SHOW TABLES FROM ${database}`)
    return true;
  const [, name = ''] = new RegExp(`^DESCRIBE TABLE (?:${database}\\.)?(\\w+)$`).exec(sql) ?? [];
  return VIEWS.includes(name);
}

function checkTree(lines: readonly string[], functions: AllowedFunctions, database: string): void {
  /** Types of the ancestor nodes, by depth. */
  const above: string[] = [];
  let hasAsterisk = false;
  let hasPath = false;
  let readsSystem = false;
  for (const line of lines) {
    if (line.trim() === '') continue;
    const depth = line.length - line.trimStart().length;
    const [kind = '', name = ''] = line.trim().split(' ');
    if (!NODES.has(kind))
      throw new RefusedStatement(kind === 'Set' ? 'SETTINGS are not taken' : `${kind} is not taken`);
    above.length = depth;
    const parent = above[depth - 1];
    above[depth] = kind;
    if (/Asterisk|Matcher/.test(kind) && depth > OWN_ASTERISK) hasAsterisk = true;
    if (kind === 'Function') checkFunction(name, parent === 'TableExpression', functions);
    if (kind === 'TableIdentifier' || kind === 'Identifier') {
      // IN accepts a bare table name, so any identifier may be one.
      const isTable = kind === 'TableIdentifier';
      readsSystem = checkName(line.trim().slice(kind.length + 1), isTable, database) || readsSystem;
      hasPath ||= PATH_COLUMN.test(name);
    }
  }
  if (readsSystem && (hasAsterisk || hasPath))
    throw new RefusedStatement('of system tables, name the columns; paths are not told');
}

function checkFunction(name: string, isTable: boolean, functions: AllowedFunctions): void {
  if (isTable ? TABLE_FUNCTIONS.has(name) : functions.has(name)) return;
  throw new RefusedStatement(`the ${isTable ? 'table ' : ''}function ${name} is not allowed`);
}

/** Whether it is a system table. Names without a database are our own, and the role determines what may be read. */
function checkName(said: string, isTable: boolean, database: string): boolean {
  const name = said.replace(/ \(.*$/, '');
  const [, qualifier, table = ''] = /^([^.]+)\.(.*)$/s.exec(name) ?? [];
  if (qualifier === undefined) return false;
  const isSystem = /^(?:system|information_schema)$/i.test(qualifier);
  if (!isTable && !isSystem) return false;
  if (qualifier === 'system' && SYSTEM_TABLES.has(table)) return true;
  if (qualifier === database && VIEWS.includes(table)) return false;
  throw new RefusedStatement(`${name} cannot be read here; there are ${VIEWS.join(', ')}`);
}

async function read(run: Run, sql: string): Promise<string> {
  return Buffer.from(await run(sql, 'TSVRaw'))
    .toString('utf8')
    .replace(/\n$/, '');
}
