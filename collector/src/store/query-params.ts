/** A `{name:Type}` placeholder had no value, or has an unusable name or type. */
export class QueryParamError extends Error {
  override readonly name = 'QueryParamError';
}

const PLACEHOLDER = /^\{\s*([A-Za-z_]\w*)\s*:\s*([^{}'"`;]+?)\s*\}/;
/** Strings, quoted identifiers and comments: nothing inside them is a placeholder. */
const OPAQUE = /^(?:'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`|--[^\n]*|\/\*[\s\S]*?\*\/)/;
const COMPOSITE = /^(?:Array|Tuple|Map)\s*\(/;

/**
 * Replaces ClickHouse query parameters in a statement with their values, each as `_CAST('…', 'Type')`, like the server
 * itself. The engine's own binding is not used because it runs only one parameterised query at a time in the whole
 * process.
 *
 * Values have the format of the HTTP interface (tab-separated escapes; composite types as SQL text).
 *
 * @throws {QueryParamError} when a placeholder has no value.
 */
export function bindParams(sql: string, params: ReadonlyMap<string, string>): string {
  if (!sql.includes('{')) return sql;
  let bound = '';
  let at = 0;
  while (at < sql.length) {
    const next = sql.slice(at).search(/['"`{]|--|\/\*/);
    if (next < 0) break;
    bound += sql.slice(at, at + next);
    at += next;
    const rest = sql.slice(at);
    const opaque = OPAQUE.exec(rest)?.[0];
    const placeholder = opaque === undefined ? PLACEHOLDER.exec(rest) : null;
    if (placeholder) {
      bound += render(placeholder[1] ?? '', placeholder[2] ?? '', params);
      at += placeholder[0].length;
    } else {
      const skipped = opaque ?? sql.charAt(at);
      bound += skipped;
      at += skipped.length;
    }
  }
  return bound + sql.slice(at);
}

function render(name: string, type: string, params: ReadonlyMap<string, string>): string {
  const value = params.get(name);
  if (value === undefined) throw new QueryParamError(`Substitution \`${name}\` is not set`);
  if (type === 'Identifier') return `\`${unescapeTsv(value).replaceAll(/[\\`]/g, String.raw`\$&`)}\``;
  if (value === String.raw`\N`) return `_CAST(NULL, ${quote(type)})`;
  return `_CAST(${quote(COMPOSITE.test(type) ? value : unescapeTsv(value))}, ${quote(type)})`;
}

const ESCAPES: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', b: '\b', f: '\f', '0': '\0' };

function unescapeTsv(text: string): string {
  return text.replaceAll(/\\(.)/gs, (_, char: string) => ESCAPES[char] ?? char);
}

/** A SQL string literal of any text. */
export function quote(text: string): string {
  const escaped = text.replaceAll(/[\\'\0]/g, (char) => (char === '\0' ? String.raw`\0` : `\\${char}`));
  return `'${escaped}'`;
}
