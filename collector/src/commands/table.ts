type Entry = Readonly<Record<string, unknown>>;

/** Widest a cell may be; longer text is cut and ends with an ellipsis. */
const MAX_CELL = 48;
const SIGNIFICANT = 4;
const DEFAULT_WIDTH = 120;
const GAP = '  ';
/** What an estimate consists of; `blocks` are the units that its interval treats as independent. */
const ESTIMATE = new Set(['value', 'low', 'high', 'n', 'blocks']);

/**
 * Formats a list of objects for people: one row per entry, one column per property that holds a number or a text.
 * Properties of nested objects are named with a dot; an estimate is one cell, `0.57 (0.38 to 0.75) n=82`. If that does
 * not fit, the table is transposed: one row per property, one column per entry. Lists, and properties that no entry
 * has, are left out. Numbers have four significant digits, or all before the point.
 *
 * @param width of the terminal, in characters; default 120
 */
export function renderTable(entries: readonly Entry[], width = DEFAULT_WIDTH): string {
  const rows = entries.map((entry) => new Map(cellsOf(entry)));
  const names = [...new Set(rows.flatMap((row) => [...row.keys()]))];
  const cells = rows.map((row) => names.map((name) => row.get(name) ?? ''));
  const across = layOut([names, ...cells]);
  if (widthOf(across) <= width || names.length <= rows.length) return textOf(across);
  return standing(names, cells, width);
}

/** Puts as many entries side by side as fit, and the others below. */
function standing(names: readonly string[], entries: readonly (readonly string[])[], width: number): string {
  const tables: string[] = [];
  for (let from = 0; from < entries.length;) {
    let count = 1;
    const turned = (wanted: number): string[][] => {
      const part = entries.slice(from, from + wanted);
      return names.map((name, at) => [name, ...part.map((entry) => entry[at] ?? '')]);
    };
    while (from + count < entries.length && widthOf(layOut(turned(count + 1))) <= width) count += 1;
    tables.push(textOf(layOut(turned(count))));
    from += count;
  }
  return tables.join('\n');
}

/** Pads each column to its widest cell; numbers are aligned right. */
function layOut(rows: readonly (readonly string[])[]): string[][] {
  const columns = (rows[0] ?? []).map((_, at) => rows.map((row) => row[at] ?? ''));
  const padded = columns.map((column) => {
    const wide = Math.max(...column.map(({ length }) => length));
    const isNumeric = column.slice(1).every((cell) => /^(?:-?\d[\d.]*(?:e[+-]\d+)?)?$/.test(cell));
    return column.map((cell) => (isNumeric ? cell.padStart(wide) : cell.padEnd(wide)));
  });
  return rows.map((_, at) => padded.map((column) => column[at] ?? ''));
}

function widthOf([first = []]: readonly (readonly string[])[]): number {
  return first.join(GAP).length;
}

function textOf(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => `${row.join(GAP).trimEnd()}\n`).join('');
}

function cellsOf(entry: Entry, before = ''): [string, string][] {
  return Object.entries(entry).flatMap(([name, value]): [string, string][] => {
    const column = `${before}${name}`;
    if (value === undefined || value === null || Array.isArray(value)) return [];
    if (typeof value === 'object') {
      const estimate = estimateOf(value as Entry);
      return estimate === undefined ? cellsOf(value as Entry, `${column}.`) : [[column, estimate]];
    }
    return [[column, name.endsWith('UnixMs') ? timeOf(Number(value)) : shown(value)]];
  });
}

/** An estimate as one text; undefined if the object is something else. */
function estimateOf(entry: Entry): string | undefined {
  const { value, low, high, n } = entry;
  const isEstimate = Object.keys(entry).every((key) => ESTIMATE.has(key)) && (n ?? low) !== undefined;
  if (!isEstimate) return undefined;
  const range = low === undefined ? '' : `${shown(low)} to ${shown(high)}`;
  const parts = value === undefined ? [range] : [shown(value), range && `(${range})`];
  return [...parts, n === undefined ? '' : `n=${shown(n)}`].filter((part) => part !== '').join(' ');
}

function timeOf(unixMs: number): string {
  return Number.isFinite(unixMs) ? new Date(unixMs).toISOString() : '';
}

function shown(value: unknown): string {
  if (typeof value === 'number') {
    const digits = Math.abs(value) >= 10 ** SIGNIFICANT ? Math.round(value) : value.toPrecision(SIGNIFICANT);
    return String(Number.isInteger(value) ? value : Number(digits));
  }
  // Function names may contain any text: control characters could write elsewhere on the terminal.
  const text = String(value).replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, '\u{fffd}');
  return text.length > MAX_CELL ? `${text.slice(0, MAX_CELL - 1)}…` : text;
}
