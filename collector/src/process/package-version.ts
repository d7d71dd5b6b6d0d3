import { readFileSync } from 'node:fs';

/** The version of this package. */
export function packageVersion(): string {
  // The build has no `src`, so the file is one level closer to the built files than to the sources.
  const file = new URL(
    import.meta.url.endsWith('.ts') ? '../../package.json' : '../package.json',
    import.meta.url,
  );
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
