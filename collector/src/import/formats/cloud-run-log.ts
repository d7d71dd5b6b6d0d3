import * as semconv from '@sandscope/probes/semconv';
import type { ImportedResource, ImportedSpan } from '../imported-span.ts';
import { idsOf, KIND_SERVER, sandboxIdOf } from '../imported-span.ts';
import { JsonRecords } from '../input/json-records.ts';
import type { JsonRecord } from '../input/json-records.ts';
import type { ImportFile } from '../input/open-file.ts';
import type { FormatContext, FormatReader, ImportFormat } from './format.ts';
import { durationNanosOf, timeOf } from './invocations/read-field.ts';

/** Logs of Cloud Run, including its functions. */
export const cloudRunLog: ImportFormat = {
  name: 'cloud-run-log',
  summary: 'logs of Google Cloud Run and its functions: JSON of "gcloud logging read", or exported',
  recognises: (beginning) => {
    const text = beginning.toString('utf8').trimStart();
    if (/^\[\s*\]/.test(text)) return true;
    return /^[{[]/.test(text) && /"(?:logName|insertId)"\s*:/.test(text) && !/"resourceSpans"\s*:/.test(text);
  },
  reader: (context) => new CloudRunReader(context),
};

const MAX_ENTRY_BYTES = 4 * 1024 ** 2;
/** Number of instances remembered; beyond it, the one that was silent for longest is forgotten. */
const MAX_INSTANCES = 50_000;
/** Server errors; client errors are not failures of the function. */
const SERVER_ERROR = 500;

interface Entry {
  readonly insertId?: string;
  readonly logName?: string;
  readonly timestamp?: string;
  readonly textPayload?: string;
  readonly trace?: string;
  readonly spanId?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly resource?: { readonly type?: string; readonly labels?: Readonly<Record<string, string>> };
  readonly httpRequest?: {
    readonly requestMethod?: string;
    readonly status?: number;
    readonly latency?: string;
  };
}

/** One request, and the instance that served it. */
interface Request {
  readonly entry: Entry;
  readonly startUnixNano: bigint;
  readonly durationNano: bigint;
}

interface Instance {
  /** When the platform logged that it starts it. */
  startUnixNano: bigint | undefined;
  /** Start of the earliest request read. */
  firstUnixNano: bigint | undefined;
  held: Request | undefined;
}

/**
 * Reads request logs. A request is cold if its instance was started after it had arrived, because it waited for the
 * start. It is warm if its instance had served an earlier request or was started before. For others nothing is known.
 * Requests are held until the next line of their instance, so files may be in ascending or descending order.
 */
class CloudRunReader implements FormatReader {
  readonly #context: FormatContext;
  readonly #instances = new Map<string, Instance>();
  readonly #resources = new Map<string, ImportedResource>();
  #withoutInstance = 0;

  constructor(context: FormatContext) {
    this.#context = context;
  }

  async *read({ path, chunks }: ImportFile): AsyncGenerator<ImportedSpan[]> {
    const records = new JsonRecords({ maxBytes: MAX_ENTRY_BYTES, lists: ['entries'] });
    const portion = (found: readonly JsonRecord[]): ImportedSpan[] =>
      found.flatMap(({ line, value, fault }) => {
        if (fault === undefined && typeof value === 'object' && value !== null) {
          return this.#take(path, line, value);
        }
        this.#context.faults.add(path, line, fault ?? 'it is not a log entry');
        return [];
      });
    for await (const chunk of chunks) yield portion(records.push(chunk));
    yield portion(records.end());
  }

  *finish(): Generator<ImportedSpan> {
    for (const [id, instance] of this.#instances) yield* this.#release(id, instance);
    if (this.#withoutInstance > 0) {
      this.#context.notice(
        `${this.#withoutInstance} requests do not name their instance, so nothing is known about its reuse`,
      );
    }
  }

  #take(path: string, line: number, entry: Entry): ImportedSpan[] {
    if (entry.resource?.type !== 'cloud_run_revision' && entry.resource?.type !== 'cloud_function') return [];
    const timeUnixNano = timeOf(entry.timestamp, undefined);
    const id = entry.labels?.['instanceId'] ?? '';
    const isStart = isInstanceStart(entry);
    if (!isStart && entry.httpRequest === undefined) return []; // a log line of the application
    const durationNano = isStart ? 0n : durationNanosOf(entry.httpRequest?.latency?.replace(/s$/, ''), 's');
    if (timeUnixNano === undefined || durationNano === undefined) {
      this.#context.faults.add(path, line, 'a request has no readable time or latency');
      return [];
    }
    const { instance, forgotten } = this.#instanceOf(id);
    if (isStart) {
      instance.startUnixNano = timeUnixNano;
      return forgotten;
    }
    if (id === '') this.#withoutInstance++;
    // Checked before the held request is released, because this line may be earlier.
    const { firstUnixNano } = instance;
    if (firstUnixNano === undefined || timeUnixNano < firstUnixNano) instance.firstUnixNano = timeUnixNano;
    const released = [...this.#release(id, instance)];
    instance.held = { entry, startUnixNano: timeUnixNano, durationNano };
    return [...forgotten, ...released];
  }

  #instanceOf(id: string): { instance: Instance; forgotten: ImportedSpan[] } {
    const known = this.#instances.get(id);
    const instance = known ?? { startUnixNano: undefined, firstUnixNano: undefined, held: undefined };
    this.#instances.delete(id);
    this.#instances.set(id, instance);
    const [oldest] = this.#instances;
    if (this.#instances.size <= MAX_INSTANCES || oldest === undefined) return { instance, forgotten: [] };
    this.#instances.delete(oldest[0]);
    return { instance, forgotten: [...this.#release(...oldest)] };
  }

  *#release(id: string, instance: Instance): Generator<ImportedSpan> {
    const { held } = instance;
    if (held === undefined) return;
    instance.held = undefined;
    yield this.#span(id, instance, held);
  }

  #span(id: string, instance: Instance, { entry, startUnixNano, durationNano }: Request): ImportedSpan {
    const labels = entry.resource?.labels ?? {};
    const functionName = labels['service_name'] ?? labels['function_name'] ?? 'unknown';
    const status = entry.httpRequest?.status;
    const hasFailed = status !== undefined && status >= SERVER_ERROR;
    const own = idsOf('cloud-run-log', functionName, id, entry.insertId ?? '', startUnixNano);
    const traceId = /\/traces\/([0-9a-f]{32})$/.exec(entry.trace ?? '')?.[1];
    return {
      resource: this.#resourceOf(id, functionName, labels),
      traceId: traceId ?? own.traceId,
      spanId: own.spanId,
      name: functionName,
      kind: KIND_SERVER,
      startUnixNano,
      endUnixNano: startUnixNano + durationNano,
      hasFailed,
      attributes: {
        [semconv.ATTR_FAAS_TRIGGER]: 'http',
        [semconv.ATTR_SANDBOX_ID]: id === '' ? undefined : sandboxIdOf('cloud-run', id),
        [semconv.ATTR_FAAS_COLDSTART]: id === '' ? undefined : coldOf(instance, startUnixNano),
        [semconv.ATTR_HTTP_REQUEST_METHOD]: entry.httpRequest?.requestMethod,
        [semconv.ATTR_HTTP_RESPONSE_STATUS_CODE]: status,
        [semconv.ATTR_ERROR_TYPE]: hasFailed ? String(status) : undefined,
      },
    };
  }

  #resourceOf(id: string, functionName: string, labels: Readonly<Record<string, string>>): ImportedResource {
    const version = labels['revision_name'];
    const key = [id, functionName, version].join('\0');
    const known = this.#resources.get(key);
    if (known !== undefined) return known;
    if (this.#resources.size >= MAX_INSTANCES) this.#resources.clear();
    const made: ImportedResource = {
      attributes: {
        [semconv.ATTR_SERVICE_NAME]: functionName,
        [semconv.ATTR_FAAS_NAME]: functionName,
        [semconv.ATTR_FAAS_VERSION]: version,
        [semconv.ATTR_FAAS_INSTANCE]: id === '' ? undefined : id,
        [semconv.ATTR_CLOUD_PROVIDER]: 'gcp',
        [semconv.ATTR_CLOUD_PLATFORM]:
          labels['function_name'] === undefined ? 'gcp_cloud_run' : 'gcp_cloud_functions',
        [semconv.ATTR_CLOUD_REGION]: labels['location'] ?? labels['region'],
        [semconv.ATTR_CLOUD_ACCOUNT_ID]: labels['project_id'],
      },
    };
    this.#resources.set(key, made);
    return made;
  }
}

function isInstanceStart({ logName = '', textPayload = '' }: Entry): boolean {
  return logName.endsWith('%2Fvarlog%2Fsystem') && textPayload.startsWith('Starting new instance.');
}

function coldOf({ startUnixNano, firstUnixNano }: Instance, requestUnixNano: bigint): boolean | undefined {
  if (startUnixNano !== undefined) return requestUnixNano <= startUnixNano;
  return firstUnixNano !== undefined && firstUnixNano < requestUnixNano ? false : undefined;
}
