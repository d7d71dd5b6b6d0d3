/** The zip of the Lambda layer: the same files give the same bytes, so an unchanged layer is not published again. */
import { zipSync } from 'fflate';

/** A file of the layer. */
export interface LayerFile {
  /** Path below `/opt`. */
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly executable?: boolean;
}

/** The earliest date that a zip can contain. */
const NO_DAY = new Date(1980, 0, 1);
const UNIX = 3;
const REGULAR_FILE = 0o100_000;

export function layerZip(files: readonly LayerFile[]): Uint8Array {
  const entries = [...files]
    .sort((a, b) => (a.path < b.path ? -1 : 1))
    .map(({ path, bytes, executable = false }) => {
      // The upper half of the attributes is the Unix mode: without it the script would not be executable.
      const attrs = (REGULAR_FILE | (executable ? 0o755 : 0o644)) * 2 ** 16;
      return [path, [bytes, { os: UNIX, attrs, mtime: NO_DAY, level: 9 }]] as const;
    });
  return zipSync(Object.fromEntries(entries) as Parameters<typeof zipSync>[0]);
}
