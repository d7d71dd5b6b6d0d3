import { quote } from '../query-params.ts';
import type { AllowedFunctions, Run } from './allowed-functions.ts';
import { SQL_VIEWS } from './views.ts';

/** A statement must not run. */
export class RefusedStatement extends Error {
  override readonly name = 'RefusedStatement';
}

/** What may run, as the engine writes it. */
export interface CheckedStatement {
  readonly sql: string;
  /** What the statement asks for; undefined where it does not. */
  readonly format: string | undefined;
}

/** What a text of SQL may hold. */
const MAX_CHARS = 64 * 1024;
const VIEWS = SQL_VIEWS.map(({ name }) => name);
/** What clients look up to show what there is. All are without a word about others. */
const SYSTEM_TABLES = new Set([
  'one',
  'tables',
  'columns',
  'databases',
  'functions',
  'settings',
  'data_type_families',
]);
/** Where things lie on the machine. */
const PATH_COLUMN = /(?:^|\.)(?:\w+_paths?|path)$/i;
/** Depth of the asterisk in the brackets around a statement. */
const OWN_ASTERISK = 4;
const TABLE_FUNCTIONS = new Set(['numbers']);
/**
 * What a SELECT may consist of. Not here: `Set` (SETTINGS), `ColumnsApplyTransformer` (APPLY, which hides the name of its
 * function), `QueryParameter`, and everything that is not known.
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
 * Checks a statement with the parser of the engine, without running or analysing it, which alone can read a file:
 *
 * 1. It is handed over as a text, which the engine parses as exactly one statement and writes anew, without comments.
 * 2. Of that, what is a SELECT is one within brackets too: there is no INTO OUTFILE and no other statement.
 * 3. Each node of its syntax tree is of a known kind, each function allowed, and each table a view for others.
 *
 * What runs is what the engine wrote, by a role that can read these views only.
 *
 * @param run a connection of that role
 * @throws {RefusedStatement} with the reason; {Error} of the engine where it cannot read the text
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
  /** Kinds of the nodes above, by depth. */
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
      // IN takes a table by its bare name, so that any identifier may be one.
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

/** Whether it is a system table. Names without a database are of ours, where the role says what may be read. */
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
