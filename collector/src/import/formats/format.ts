import type { Option, Settings } from '../../config/index.ts';
import type { ImportedSpan } from '../imported-span.ts';
import type { Source } from '../input/find-files.ts';
import type { ImportFile } from '../input/open-file.ts';
import type { ImportRequest } from '../request-batch.ts';
import type { Faults } from '../faults.ts';

/** The output of a format: spans, or whole OTLP requests if the file contains them. */
export type Found = ImportedSpan | ImportRequest;

/** Inputs of a format's reader. */
export interface FormatContext {
  readonly settings: Settings;
  /** Name and format of the import. */
  readonly origin: { readonly name: string; readonly format: string };
  /** Counter for unreadable data. */
  readonly faults: Faults;
  /** Shows a message to the user once, on standard error. */
  readonly notice: (message: string) => void;
}

/** Reads the files of one import, one after the other. */
export interface FormatReader {
  /** Yields the content of one file in portions. Memory is bounded for any file. */
  read(file: ImportFile): AsyncIterable<readonly Found[]>;
  /** Yields data that needs all files. Default nothing. */
  finish?(): Iterable<Found>;
}

/** An import from a service instead of files. */
export interface RemoteImport {
  /** Default name of the import. */
  readonly name: string;
  readonly source: Source;
  /** Additional options that the service provides. */
  readonly settings: Settings;
}

/** One kind of importable file. */
export interface ImportFormat {
  /** Its name in the command. */
  readonly name: string;
  /** One line for the help. */
  readonly summary: string;
  /** Options besides those of every import. Default none. */
  readonly options?: readonly Option[];
  /** Another source of the data, selected by a flag among the options. */
  readonly remote?: { readonly flag: string; open(settings: Settings): Promise<RemoteImport> };
  /** True if a file that begins like this may have the format. */
  recognises(beginning: Buffer): boolean;
  /** @throws {CollectorError} `ERR_OPTION` for an unusable option */
  reader(context: FormatContext): FormatReader;
}
