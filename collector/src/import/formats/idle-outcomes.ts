import * as semconv from '@sandscope/probes/semconv';
import type { Option } from '../../config/index.ts';
import { badOption } from '../../config/index.ts';
import type { Attributes, ImportedResource, ImportedSpan } from '../imported-span.ts';
import { idsOf, KIND_INTERNAL } from '../imported-span.ts';
import type { ImportFile } from '../input/open-file.ts';
import { tableRows } from '../input/rows.ts';
import type { FormatContext, FormatReader, ImportFormat } from './format.ts';
import { durationNanosOf, textOf, timeOf } from './invocations/read-field.ts';

const OPTIONS: readonly Option[] = [
  { name: 'function', value: 'NAME', help: 'the function of these logs, whatever name they contain' },
  { name: 'region', value: 'NAME', help: 'the region it runs in' },
  { name: 'account', value: 'ID', help: 'the account it belongs to' },
  { name: 'platform', value: 'NAME', help: 'if the rows have no platform: its name, such as aws_lambda' },
  {
    name: 'time',
    value: 'TIME',
    help: 'if the rows have no time: when the sandboxes were observed, RFC 3339',
  },
];

/** Counts of idle sandboxes that still existed, without recorded invocations. */
export const idleOutcomes: ImportFormat = {
  name: 'idle-outcomes',
  summary: 'counts of idle sandboxes that were still there: eviction counts of SeBS, and others (CSV, JSON)',
  options: OPTIONS,
  recognises: (beginning) => {
    const text = beginning
      .toString('utf8')
      .replace(/^\uFEFF/, '')
      .trimStart();
    const [head = ''] = text.split(/\r?\n/, 1);
    return /\bidle_(?:s|ms)\b/.test(head) && /\bwarm\b/.test(head);
  },
  reader: (context) => new OutcomesReader(context),
};

class OutcomesReader implements FormatReader {
  readonly #context: FormatContext;
  readonly #resources = new Map<string, ImportedResource>();
  readonly #timeUnixNano: bigint | undefined;

  constructor(context: FormatContext) {
    this.#context = context;
    const given = context.settings.setting('time');
    this.#timeUnixNano = given && timeOf(given.text, undefined);
    if (given && this.#timeUnixNano === undefined)
      throw badOption(`${given.name} is not a time: "${given.text}"`);
  }

  async *read(file: ImportFile): AsyncGenerator<ImportedSpan[]> {
    const { faults } = this.#context;
    for await (const rows of tableRows(file, faults)) {
      yield rows.flatMap(({ line, fields }) => {
        const made = this.#span(line, fields);
        if (typeof made !== 'string') return [made];
        faults.add(file.path, line, made);
        return [];
      });
    }
  }

  #span(line: number, row: Readonly<Record<string, unknown>>): ImportedSpan | string {
    const { settings } = this.#context;
    const text = (name: string): string | undefined => settings.text(name) ?? textOf(row[name]);
    const functionName = text('function') ?? 'imported';
    const idle = durationNanosOf(row['idle_s'], 's') ?? durationNanosOf(row['idle_ms'], 'ms');
    if (idle === undefined || idle <= 0n) return 'it has no idle time (idle_s or idle_ms)';
    const warm = countOf(row['warm']);
    // SeBS calls the number of those created together `d_init`.
    const sandboxes = countOf(row['sandboxes']) ?? countOf(row['d_init']);
    const gone =
      countOf(row['gone']) ?? countOf(row['cold']) ?? (sandboxes ?? Number.NaN) - (warm ?? Number.NaN);
    if (warm === undefined || !(gone >= 0) || warm + gone === 0)
      return 'it needs the number of warm sandboxes and either their total (sandboxes) or the number that were gone';
    const end = timeOf(row['time'], undefined) ?? this.#timeUnixNano;
    if (end === undefined) return 'it has no time: add a column time, or use --time';
    const together = countOf(row['together']) ?? countOf(row['d_init']) ?? 1;
    return {
      resource: this.#resourceOf({
        [semconv.ATTR_SERVICE_NAME]: functionName,
        [semconv.ATTR_FAAS_NAME]: functionName,
        [semconv.ATTR_CLOUD_PLATFORM]: settings.text('platform') ?? textOf(row['platform']),
        [semconv.ATTR_CLOUD_REGION]: text('region'),
        [semconv.ATTR_CLOUD_ACCOUNT_ID]: text('account'),
      }),
      // Counts may be equal: the row number tells them apart.
      ...idsOf('idle-outcomes', functionName, line, end, idle, together, warm, gone),
      name: semconv.SPAN_IDLE_OUTCOMES,
      kind: KIND_INTERNAL,
      startUnixNano: end - idle,
      endUnixNano: end,
      hasFailed: false,
      attributes: {
        [semconv.ATTR_IDLE_TOGETHER_COUNT]: together,
        [semconv.ATTR_IDLE_WARM_COUNT]: warm,
        [semconv.ATTR_IDLE_GONE_COUNT]: gone,
      },
    };
  }

  #resourceOf(attributes: Attributes): ImportedResource {
    const key = JSON.stringify(attributes);
    const known = this.#resources.get(key) ?? { attributes };
    this.#resources.set(key, known);
    return known;
  }
}

/** A whole number, 0 or more, also as the float that tables with gaps make of it; undefined for anything else. */
function countOf(raw: unknown): number | undefined {
  const text = textOf(raw);
  return text !== undefined && /^\d{1,9}(?:\.0*)?$/.test(text) ? Number(text) : undefined;
}
