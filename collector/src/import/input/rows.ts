import { parseExactJson } from '../../otlp/json-fields.ts';
import type { Faults } from '../faults.ts';
import type { CsvRow } from './csv-rows.ts';
import { CsvRows, separatorOf } from './csv-rows.ts';
import type { JsonRecord } from './json-records.ts';
import { JsonRecords } from './json-records.ts';
import type { ImportFile } from './open-file.ts';

/** One row of a table, CSV or JSON: fields by name. */
export interface TableRow {
  readonly line: number;
  readonly fields: Readonly<Record<string, unknown>>;
}

const MAX_ROW_BYTES = 8 * 1024 ** 2;

/** True when a file is a table: JSON, or CSV with more than one column. */
export function beginsLikeTable(beginning: Buffer): boolean {
  const text = beginning
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimStart();
  if (/^(?:\{|\[\s*[{\]])/.test(text)) return true;
  const [header = ''] = text.split(/\r?\n/, 1);
  const columns = header.split(separatorOf(header));
  return columns.length > 1 && columns.every((name) => !/\p{Cc}/u.test(name));
}

/** The rows of a table in portions: CSV with a header, JSON one per line, or a list of objects. */
export async function* tableRows(
  { path, beginning, chunks }: ImportFile,
  faults: Faults,
): AsyncGenerator<TableRow[]> {
  const isJson = /^\uFEFF?\s*[{[]/.test(beginning.toString('utf8', 0, 1024));
  const [header = ''] = beginning.toString('utf8').split(/\r?\n/, 1);
  const table = isJson
    ? new JsonRecords({ maxBytes: MAX_ROW_BYTES, parse: parseExactJson })
    : new CsvRows(MAX_ROW_BYTES, separatorOf(header));
  const portion = (found: readonly (JsonRecord | CsvRow)[]): TableRow[] =>
    found.flatMap((item) => {
      const fields = 'row' in item ? item.row : (item as JsonRecord).value;
      if (typeof fields === 'object' && fields !== null && !Array.isArray(fields)) {
        return [{ line: item.line, fields: fields as TableRow['fields'] }];
      }
      faults.add(path, item.line, item.fault ?? 'it is not a row');
      return [];
    });
  for await (const chunk of chunks) yield portion(table.push(chunk));
  yield portion(table.end());
}
