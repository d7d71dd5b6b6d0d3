import type { ImportedSpan } from '../imported-span.ts';
import { JsonRecords } from '../input/json-records.ts';
import type { JsonRecord } from '../input/json-records.ts';
import type { ImportFile } from '../input/open-file.ts';
import type { FormatContext, FormatReader, ImportFormat } from './format.ts';
import { RowSpans } from './invocations/row-span.ts';
import type { Mapping } from './invocations/mapping.ts';

/** A result is one document; larger files are not results of an experiment. */
const MAX_RESULT_BYTES = 128 * 1024 ** 2;

/**
 * One entry of `_invocations`, which is keyed by function and request. `container_id` is a value that the sandbox kept
 * in a file since its first invocation; `begin` and `end` are by the function's clock.
 */
const MAPPING: Mapping = {
  fields: {
    function: { column: 'function' },
    start: { column: 'output.begin' },
    end: { column: 'output.end' },
    sandbox: { column: 'output.container_id' },
    invocation: { column: 'request_id' },
    cold: { column: 'cold' },
    failed: { column: 'stats.failure' },
    initDuration: { column: 'provider_times.initialization', unit: 'us' },
    memory: { column: 'billing.memory', unit: 'MiB' },
    maxMemoryUsed: { column: 'stats.memory_used', unit: 'MiB' },
    billedDuration: { column: 'billing.billed_time', unit: 'us' },
    region: { column: 'region' },
    platform: { column: 'platform' },
  },
  attributes: {},
};

const PLATFORMS: Readonly<Record<string, string>> = {
  aws: 'aws_lambda',
  azure: 'azure.functions',
  gcp: 'gcp_cloud_functions',
  openwhisk: 'openwhisk',
};

interface Result {
  readonly config?: { readonly deployment?: { readonly name?: unknown; readonly region?: unknown } };
  readonly _invocations?: Readonly<Record<string, Readonly<Record<string, Invocation>>>>;
}

type Invocation = Readonly<Record<string, unknown>>;

/** Results of experiments of SeBS. */
export const sebs: ImportFormat = {
  name: 'sebs',
  summary: 'results of experiments of SeBS, the serverless benchmark suite (JSON)',
  recognises: (beginning) => {
    const text = beginning.toString('utf8').trimStart();
    return text.startsWith('{') && /"_invocations"\s*:/.test(text);
  },
  reader: (context) => new SebsReader(context),
};

class SebsReader implements FormatReader {
  readonly #context: FormatContext;
  readonly #spans = new RowSpans('sebs', MAPPING);

  constructor(context: FormatContext) {
    this.#context = context;
  }

  async *read({ path, chunks }: ImportFile): AsyncGenerator<ImportedSpan[]> {
    const records = new JsonRecords({ maxBytes: MAX_RESULT_BYTES });
    const portion = (found: readonly JsonRecord[]): ImportedSpan[] =>
      found.flatMap(({ line, value, fault }) => {
        if (fault === undefined) return this.#invocations(path, line, value as Result);
        this.#context.faults.add(path, line, fault);
        return [];
      });
    for await (const chunk of chunks) yield portion(records.push(chunk));
    yield portion(records.end());
  }

  *finish(): Generator<ImportedSpan> {
    this.#spans.tellUnnamed(this.#context);
    yield* [];
  }

  #invocations(
    path: string,
    line: number,
    { config, _invocations: byFunction = {} }: Result,
  ): ImportedSpan[] {
    const { name, region } = config?.deployment ?? {};
    const platform = typeof name === 'string' ? (PLATFORMS[name.toLowerCase()] ?? name) : undefined;
    return Object.entries(byFunction).flatMap(([functionName, byRequest]) =>
      Object.entries(byRequest).flatMap(([requestId, invocation]) => {
        const made = this.#spans.make({
          ...known(invocation),
          cold: toldCold(invocation),
          request_id: requestId,
          function: functionName,
          region,
          platform,
        });
        if (typeof made !== 'string') return [made];
        this.#context.faults.add(path, line, `${functionName}, ${requestId}: ${made}`);
        return [];
      }),
    );
  }
}

/** The experiment's own classification, else what the function reported. */
function toldCold({ stats, output }: Invocation): unknown {
  const recorded = (stats as Invocation | undefined)?.['cold_start'];
  return recorded ?? (output as Invocation | undefined)?.['is_cold'];
}

/** SeBS writes 0 for values that the platform did not report. */
function known(invocation: Invocation): Invocation {
  return Object.fromEntries(
    Object.entries(invocation).map(([part, figures]) => [
      part,
      part === 'output' || part === 'stats' || typeof figures !== 'object' || figures === null
        ? figures
        : Object.fromEntries(Object.entries(figures).filter(([, figure]) => figure !== 0)),
    ]),
  );
}
