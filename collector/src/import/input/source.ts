/** A file in the form for the formats: uncompressed bytes. */
export interface ImportFile {
  readonly path: string;
  /** The first bytes, at most {@link BEGINNING_BYTES}; all of them if the file is shorter. */
  readonly beginning: Buffer;
  /** All bytes, including the beginning. Can be read once. */
  readonly chunks: AsyncIterable<Buffer>;
  /** The share read so far, 0 to 1, if the number of bytes does not show it. */
  readonly share?: () => number;
}

/** Enough to tell formats apart. */
export const BEGINNING_BYTES = 64 * 1024;

/** One input. */
export interface Source {
  /** Path, or `-` for standard input. */
  readonly path: string;
  /** Size on disk. Absent if unknown before reading. */
  readonly bytes?: number;
  /** The file was found in a folder, not named explicitly. */
  readonly wasFound: boolean;
  /** Opens an input that is not a file. @param onRead called with the number of bytes received, chunk by chunk */
  readonly open?: (onRead: (bytes: number) => void) => Promise<ImportFile>;
}
