import { readFileSync } from 'node:fs';

/** The environment that this process was started with, which code may have changed since; undefined without `/proc`. */
export function firstEnvironment(): ReadonlyMap<string, string> | undefined {
  if (process.platform !== 'linux') return undefined;
  const lines = readFileSync('/proc/self/environ', 'utf8').split('\0');
  return new Map(
    lines.map((line) => {
      const at = line.indexOf('=');
      return [line.slice(0, at), line.slice(at + 1)];
    }),
  );
}
