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
/**
 * System tables that clients read to list what exists. None reveals anything about other users, and the role sees only
 * the rows of the views.
 */
const SYSTEM_TABLES = new Set([
  'one',
  'tables',
  'columns',
  'databases',
  'functions',
  'parts',
  'settings',
  'table_engines',
  'data_type_families',
]);
/** System tables in which `*` would show paths on the machine. In `tables`, a view has none of its own. */
const TABLES_WITH_PATHS = new Set(['databases', 'parts']);
/** Columns with paths on the machine. */
const PATH_COLUMN = /(?:^|\.)(?:\w+_paths?|path)$/i;
/** Depth of the asterisk in the `SELECT * FROM (…)` around a statement. */
const OWN_ASTERISK = 4;
const TABLE_FUNCTIONS = new Set(['numbers', 'VALUES']);
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
    throw new RefusedStatement('only SELECT, SHOW TABLES, SHOW DATABASES and DESCRIBE of a view are allowed');
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
  const systemTables = new Set<string>();
  /** Depth of the arguments of the nearest VALUES above. */
  let valuesDepth = Infinity;
  for (const line of lines) {
    if (line.trim() === '') continue;
    const depth = line.length - line.trimStart().length;
    const [kind = '', name = ''] = line.trim().split(' ');
    if (!NODES.has(kind))
      throw new RefusedStatement(kind === 'Set' ? 'SETTINGS are not allowed' : `${kind} is not allowed`);
    above.length = depth;
    const parent = above[depth - 1];
    above[depth] = kind;
    if (depth < valuesDepth - 1) valuesDepth = Infinity;
    if (depth === valuesDepth && !/^(?:Function tuple|Literal Tuple_)/.test(line.trim()))
      throw new RefusedStatement('VALUES accepts only tuples, without a structure');
    if (/Asterisk|Matcher/.test(kind) && depth > OWN_ASTERISK) hasAsterisk = true;
    if (kind === 'Function') {
      const isTable = parent === 'TableExpression';
      checkFunction(name, isTable, functions);
      if (isTable && name === 'VALUES') valuesDepth = depth + 2;
    }
    if (kind === 'TableIdentifier' || kind === 'Identifier') {
      // IN accepts a bare table name, so any identifier may be one.
      const isTable = kind === 'TableIdentifier';
      const table = systemTable(line.trim().slice(kind.length + 1), isTable, database);
      if (table !== undefined) systemTables.add(table);
      hasPath ||= PATH_COLUMN.test(name);
    }
  }
  if (hasPath && systemTables.size > 0)
    throw new RefusedStatement('columns of system tables with paths cannot be read');
  if (hasAsterisk && [...systemTables].some((table) => TABLES_WITH_PATHS.has(table)))
    throw new RefusedStatement(
      `name the columns instead of * when you read system.${[...systemTables].join(', ')}`,
    );
}

function checkFunction(name: string, isTable: boolean, functions: AllowedFunctions): void {
  if (isTable ? TABLE_FUNCTIONS.has(name) : functions.has(name)) return;
  throw new RefusedStatement(`the ${isTable ? 'table ' : ''}function ${name} is not allowed`);
}

/**
 * The system table that a name means; undefined for our own names. Names without a database are our own, and the role
 * determines what may be read.
 */
function systemTable(said: string, isTable: boolean, database: string): string | undefined {
  const name = said.replace(/ \(.*$/, '');
  const [, qualifier, table = ''] = /^([^.]+)\.(.*)$/s.exec(name) ?? [];
  if (qualifier === undefined) return undefined;
  const isSystem = /^(?:system|information_schema)$/i.test(qualifier);
  if (!isTable && !isSystem) return undefined;
  if (qualifier === 'system') {
    // `system.tables.name` is a column.
    const known = [table, isTable ? '' : table.replace(/\.[^.]*$/, '')].find((each) =>
      SYSTEM_TABLES.has(each),
    );
    if (known !== undefined) return known;
  }
  if (qualifier === database && VIEWS.includes(table)) return undefined;
  throw new RefusedStatement(`${name} cannot be read here; the views are ${VIEWS.join(', ')}`);
}

async function read(run: Run, sql: string): Promise<string> {
  return Buffer.from(await run(sql, 'TSVRaw'))
    .toString('utf8')
    .replace(/\n$/, '');
}
