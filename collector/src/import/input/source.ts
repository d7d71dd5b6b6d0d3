/** A file as the formats read it: plain bytes, whatever it was packed with. */
export interface ImportFile {
  readonly path: string;
  /** The first bytes, at most {@link BEGINNING_BYTES}; all of them when the file is shorter. */
  readonly beginning: Buffer;
  /** All bytes, the beginning included. Can be read once. */
  readonly chunks: AsyncIterable<Buffer>;
  /** How much of it was read, 0 to 1, where its bytes do not tell. */
  readonly share?: () => number;
}

/** As much as it takes to tell formats apart. */
export const BEGINNING_BYTES = 64 * 1024;

/** One thing to read. */
export interface Source {
  /** Path, or `-` for standard input. */
  readonly path: string;
  /** On disk. Absent where that cannot be told before it was read. */
  readonly bytes?: number;
  /** The file was found in a folder, and not named itself. */
  readonly wasFound: boolean;
  /** Opens what is no file. @param onRead told how many bytes came, chunk by chunk */
  readonly open?: (onRead: (bytes: number) => void) => Promise<ImportFile>;
}
