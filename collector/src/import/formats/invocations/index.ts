import type { ImportedSpan } from '../../imported-span.ts';
import type { ImportFile } from '../../input/open-file.ts';
import { beginsLikeTable, tableRows } from '../../input/rows.ts';
import type { FormatContext, FormatReader, ImportFormat } from '../format.ts';
import type { Mapping } from './mapping.ts';
import { NO_MAPPING, readMapping } from './mapping.ts';
import { RowSpans } from './row-span.ts';

/** Any table with one row per invocation. */
export const invocations: ImportFormat = {
  name: 'invocations',
  summary: 'any table with one row for each invocation, CSV or JSON; a mapping file names its columns',
  options: [
    {
      name: 'mapping',
      value: 'FILE',
      help: 'what each column means, see docs/import.md; without it, columns have the names of the fields',
    },
  ],
  recognises: (beginning) => beginsLikeTable(beginning),
  reader: (context) => {
    const setting = context.settings.setting('mapping');
    return new TableReader(context, setting === undefined ? NO_MAPPING : readMapping(setting));
  },
};

/** Reads tables by a mapping. */
export class TableReader implements FormatReader {
  readonly #context: FormatContext;
  readonly #spans: RowSpans;

  constructor(context: FormatContext, mapping: Mapping) {
    this.#context = context;
    this.#spans = new RowSpans(context.origin.format, mapping);
  }

  async *read(file: ImportFile): AsyncGenerator<ImportedSpan[]> {
    const { faults } = this.#context;
    for await (const rows of tableRows(file, faults)) {
      const spans: ImportedSpan[] = [];
      for (const { line, fields } of rows) {
        const made = this.#spans.make(fields);
        if (typeof made === 'string') faults.add(file.path, line, made);
        else spans.push(made);
      }
      yield spans;
    }
  }

  *finish(): Generator<ImportedSpan> {
    this.#spans.tellUnnamed(this.#context);
    yield* [];
  }
}
