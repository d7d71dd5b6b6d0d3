import type { Option, Settings } from '../../config/index.ts';
import type { ImportedSpan } from '../imported-span.ts';
import type { Source } from '../input/find-files.ts';
import type { ImportFile } from '../input/open-file.ts';
import type { ImportRequest } from '../request-batch.ts';
import type { Faults } from '../faults.ts';

/** What a format finds: spans, or whole OTLP requests where it has them at hand. */
export type Found = ImportedSpan | ImportRequest;

/** What a reader of a format is made with. */
export interface FormatContext {
  readonly settings: Settings;
  /** Name and format of the import. */
  readonly origin: { readonly name: string; readonly format: string };
  /** Where what cannot be read is counted. */
  readonly faults: Faults;
  /** Says something to the user once, on standard error. */
  readonly notice: (message: string) => void;
}

/** Reads the files of one import, one after the other. */
export interface FormatReader {
  /** What is found in one file, in portions. Memory has a bound whatever the file holds. */
  read(file: ImportFile): AsyncIterable<readonly Found[]>;
  /** What could not be told before all files were read. Default nothing. */
  finish?(): Iterable<Found>;
}

/** What is imported from a service instead of from files. */
export interface RemoteImport {
  /** What the import is called by default. */
  readonly name: string;
  readonly source: Source;
  /** What the service told besides, as if it had been said. */
  readonly settings: Settings;
}

/** One kind of files that can be imported. */
export interface ImportFormat {
  /** As the command takes it. */
  readonly name: string;
  /** One line for the help. */
  readonly summary: string;
  /** Options beside those of every import. Default none. */
  readonly options?: readonly Option[];
  /** Another place it can be had from, where a flag among the options asks for it. */
  readonly remote?: { readonly flag: string; open(settings: Settings): Promise<RemoteImport> };
  /** True when a file that begins like this may be of the format. */
  recognises(beginning: Buffer): boolean;
  /** @throws {CollectorError} `ERR_OPTION` for an option that cannot be used */
  reader(context: FormatContext): FormatReader;
}
