import { readFileSync } from 'node:fs';

/** The version of this package. */
export function packageVersion(): string {
  // The file is beside the built files, and one level above the sources.
  const file = new URL(
    import.meta.url.endsWith('.ts') ? '../package.json' : './package.json',
    import.meta.url,
  );
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
