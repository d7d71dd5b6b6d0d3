import type { CollectorError } from '../errors/errors.ts';
import type { Settings } from '../config/index.ts';
import { Faults } from './faults.ts';
import type { Fault } from './faults.ts';
import type { Found, FormatReader, ImportFormat } from './formats/format.ts';
import type { ImportedSpan } from './imported-span.ts';
import type { Source } from './input/find-files.ts';
import { openFile } from './input/open-file.ts';
import { otherFormat } from './other-format.ts';
import type { ImportState } from './progress.ts';
import type { ImportRequest } from './request-batch.ts';
import { RequestBatch } from './request-batch.ts';
import type { Sink } from './sink/sink.ts';

export interface ImportOptions {
  readonly format: ImportFormat;
  readonly sources: readonly Source[];
  readonly name: string;
  readonly settings: Settings;
  readonly sink: Sink;
  /** Called after every portion. */
  readonly onProgress?: (state: ImportState) => void;
  readonly notice: (message: string) => void;
}

/** The result of an import. */
export interface ImportSummary {
  readonly name: string;
  readonly format: string;
  /** Files read to their end. */
  readonly files: number;
  /** Spans kept, including those that already existed. */
  readonly spans: number;
  readonly rejected: number;
  /** Reason of the last rejection. Absent if there was none. */
  readonly rejectedBecause?: string;
  /** Broken lines or records that were left out. */
  readonly broken: number;
  readonly firstBroken: readonly Fault[];
  /** Files of another format or not readable to their end. */
  readonly failedFiles: readonly { readonly file: string; readonly code: string; readonly message: string }[];
  /** Earliest start and latest end of the spans, RFC 3339. Absent if there were none, or only whole requests. */
  readonly from?: string;
  readonly to?: string;
}

/** Number of concurrent requests; the next one is prepared meanwhile. */
const MAX_SENDING = 4;

/**
 * Reads files and passes their content to a sink. The output does not depend on time or chance, so running it again,
 * even after an interruption, sends the same spans, which the store recognises.
 *
 * @throws {CollectorError} `ERR_IMPORT_SEND` if the sink accepts no more. An error in one file ends only that file, and
 *   is in the summary.
 */
export async function runImport(options: ImportOptions): Promise<ImportSummary> {
  const run = new ImportRun(options);
  for (const source of options.sources) await run.file(source);
  return run.finish();
}

class ImportRun {
  readonly #options: ImportOptions;
  readonly #reader: FormatReader;
  readonly #faults = new Faults();
  readonly #batch: RequestBatch;
  readonly #sending = new Set<Promise<void>>();
  readonly #failed: ImportSummary['failedFiles'][number][] = [];
  readonly #totalBytes: number | undefined;
  #failure: Error | undefined;
  #readBytes = 0;
  #files = 0;
  #spans = 0;
  #rejected = 0;
  #rejectedBecause: string | undefined;
  #fromUnixNano: bigint | undefined;
  #toUnixNano: bigint | undefined;

  constructor(options: ImportOptions) {
    const { format, settings, name, notice, sources } = options;
    const origin = { name, format: format.name };
    this.#options = options;
    this.#batch = new RequestBatch(origin);
    this.#reader = format.reader({ settings, origin, faults: this.#faults, notice });
    this.#totalBytes = sources.every(({ bytes }) => bytes !== undefined)
      ? sources.reduce((sum, { bytes = 0 }) => sum + bytes, 0)
      : undefined;
  }

  async file(source: Source): Promise<void> {
    const { format } = this.#options;
    const before = this.#readBytes;
    try {
      const file = await openFile(source, (bytes) => {
        this.#readBytes += bytes;
      });
      if (!format.recognises(file.beginning)) throw otherFormat(source, format, file.beginning);
      for await (const portion of this.#reader.read(file)) {
        await this.#take(portion);
        this.#options.onProgress?.({
          readBytes: this.#readBytes,
          totalBytes: this.#totalBytes,
          spans: this.#spans,
          ...(file.share && { share: file.share() }),
        });
      }
      this.#files++;
    } catch (error) {
      const { code, message } = error as CollectorError;
      if (code !== 'ERR_IMPORT_FORMAT' && code !== 'ERR_IMPORT_INPUT') throw error;
      this.#failed.push({ file: source.path, code, message });
      if (source.bytes !== undefined) this.#readBytes = before + source.bytes;
    }
  }

  async finish(): Promise<ImportSummary> {
    await this.#take([...(this.#reader.finish?.() ?? [])]);
    await this.#send(this.#batch.take());
    await Promise.all(this.#sending);
    if (this.#failure) throw this.#failure;
    const { name, format } = this.#options;
    return {
      name,
      format: format.name,
      files: this.#files,
      spans: this.#spans,
      rejected: this.#rejected,
      ...(this.#rejectedBecause !== undefined && { rejectedBecause: this.#rejectedBecause }),
      broken: this.#faults.count,
      firstBroken: this.#faults.first,
      failedFiles: this.#failed,
      ...(this.#fromUnixNano !== undefined && { from: rfc3339(this.#fromUnixNano) }),
      ...(this.#toUnixNano !== undefined && { to: rfc3339(this.#toUnixNano) }),
    };
  }

  async #take(portion: readonly Found[]): Promise<void> {
    for (const found of portion) {
      if ('body' in found) await this.#send(found);
      else {
        this.#widen(found);
        const request = this.#batch.add(found);
        if (request) await this.#send(request);
      }
    }
  }

  #widen({ startUnixNano, endUnixNano }: ImportedSpan): void {
    if (this.#fromUnixNano === undefined || startUnixNano < this.#fromUnixNano)
      this.#fromUnixNano = startUnixNano;
    if (this.#toUnixNano === undefined || endUnixNano > this.#toUnixNano) this.#toUnixNano = endUnixNano;
  }

  async #send(request: ImportRequest | undefined): Promise<void> {
    if (request === undefined) return;
    while (this.#sending.size >= MAX_SENDING) await Promise.race(this.#sending);
    if (this.#failure) throw this.#failure;
    const sending = this.#sendOne(request).catch((error: unknown) => {
      this.#failure ??= error as Error;
    });
    this.#sending.add(sending);
    void sending.finally(() => this.#sending.delete(sending));
  }

  async #sendOne(request: ImportRequest): Promise<void> {
    const { rejected, message } = await this.#options.sink.send(request);
    this.#spans += request.spans - rejected;
    this.#rejected += rejected;
    if (message !== '') this.#rejectedBecause = message;
  }
}

function rfc3339(unixNano: bigint): string {
  const millis = Number(unixNano / 1_000_000n);
  return Math.abs(millis) <= 8.64e15 ? new Date(millis).toISOString() : String(unixNano);
}
