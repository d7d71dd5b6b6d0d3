import * as semconv from '@sandscope/probes/semconv';
import type { Attributes, ImportedResource, ImportedSpan, Value } from '../../imported-span.ts';
import { idsOf, KIND_SERVER, sandboxIdOf } from '../../imported-span.ts';
import type { FormatContext } from '../format.ts';
import type { FieldName, FieldSource, Mapping } from './mapping.ts';
import { bytesOf, durationNanosOf, millisOf, rawOf, textOf, timeOf, truthOf } from './read-field.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Number of resources shared by the spans of a request; beyond it, all are created anew. */
const MAX_RESOURCES = 10_000;

/** Makes spans from rows. Missing values are absent. */
export class RowSpans {
  readonly #format: string;
  readonly #mapping: Mapping;
  readonly #resources = new Map<string, ImportedResource>();
  #withoutSandbox = 0;

  constructor(format: string, mapping: Mapping) {
    this.#format = format;
    this.#mapping = mapping;
  }

  /** @returns the span, or the reason why there is none */
  make(row: Fields): ImportedSpan | string {
    const { fields, attributes } = this.#mapping;
    const read = <T>(name: FieldName, as: (raw: unknown, unit?: string) => T | undefined): T | undefined => {
      const source = fields[name];
      return source && as(rawOf(row, source), source.unit);
    };
    const functionName = read('function', textOf);
    const start = read('start', timeOf);
    const duration = read('duration', durationNanosOf);
    const end =
      read('end', timeOf) ?? (start !== undefined && duration !== undefined ? start + duration : undefined);
    if (functionName === undefined || functionName === '') return 'it has no function';
    if (start === undefined) return 'it has no readable start';
    if (end === undefined) return 'it has no readable end or duration';
    if (end < start) return 'it ends before it starts';
    const sandbox = read('sandbox', textOf);
    const invocation = read('invocation', textOf);
    if (sandbox === undefined) this.#withoutSandbox++;
    const errorType = read('errorType', textOf);
    const hasFailed = read('failed', truthOf) ?? errorType !== undefined;
    return {
      resource: this.#resourceOf({
        [semconv.ATTR_SERVICE_NAME]: functionName,
        [semconv.ATTR_FAAS_NAME]: functionName,
        [semconv.ATTR_FAAS_VERSION]: read('version', textOf),
        [semconv.ATTR_FAAS_INSTANCE]: sandbox,
        [semconv.ATTR_FAAS_MAX_MEMORY]: read('memory', bytesOf),
        [semconv.ATTR_CLOUD_PLATFORM]: read('platform', textOf),
        [semconv.ATTR_CLOUD_REGION]: read('region', textOf),
        [semconv.ATTR_CLOUD_ACCOUNT_ID]: read('account', textOf),
      }),
      ...idsOf(this.#format, functionName, sandbox ?? '', invocation ?? '', start, end),
      name: functionName,
      kind: KIND_SERVER,
      startUnixNano: start,
      endUnixNano: end,
      hasFailed,
      attributes: {
        ...own(row, attributes),
        [semconv.ATTR_FAAS_INVOCATION_ID]: invocation,
        [semconv.ATTR_FAAS_TRIGGER]: read('trigger', textOf),
        [semconv.ATTR_SANDBOX_ID]: sandbox && sandboxIdOf(this.#format, functionName, sandbox),
        [semconv.ATTR_FAAS_COLDSTART]: read('cold', truthOf),
        [semconv.ATTR_INIT_DURATION_MS]: read('initDuration', millisOf),
        [semconv.ATTR_BILLED_DURATION_MS]: read('billedDuration', millisOf),
        [semconv.ATTR_MEMORY_MAX_USED_BYTES]: read('maxMemoryUsed', bytesOf),
        [semconv.ATTR_ERROR_TYPE]: hasFailed ? (errorType ?? '_OTHER') : undefined,
      },
    };
  }

  /** Says how many rows named no sandbox. */
  tellUnnamed({ notice }: Pick<FormatContext, 'notice'>): void {
    const rows = this.#withoutSandbox;
    if (rows > 0) notice(`${rows} rows name no sandbox, so nothing is known about their reuse`);
  }

  #resourceOf(attributes: Attributes): ImportedResource {
    const key = JSON.stringify(attributes);
    const known = this.#resources.get(key);
    if (known !== undefined) return known;
    if (this.#resources.size >= MAX_RESOURCES) this.#resources.clear();
    const made = { attributes };
    this.#resources.set(key, made);
    return made;
  }
}

function own(row: Fields, attributes: Readonly<Record<string, FieldSource>>): Attributes {
  return Object.fromEntries(
    Object.entries(attributes).map(([key, source]): readonly [string, Value] => {
      const raw = rawOf(row, source);
      const isPlain = typeof raw === 'string' || typeof raw === 'number' || typeof raw === 'boolean';
      return [key, isPlain ? raw : raw === undefined ? undefined : JSON.stringify(raw)];
    }),
  );
}
