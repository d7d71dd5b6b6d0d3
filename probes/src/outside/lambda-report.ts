import type { ProviderFacts } from './sample.ts';

const FIELDS = [
  ['durationMs', /\tDuration: ([\d.]+) ms/],
  ['billedMs', /\tBilled Duration: ([\d.]+) ms/],
  ['initMs', /\tInit Duration: ([\d.]+) ms/],
  ['memoryMb', /\tMemory Size: (\d+) MB/],
  ['maxMemoryUsedMb', /\tMax Memory Used: (\d+) MB/],
] as const;

/** The REPORT line in the tail of a Lambda log; empty without one. An Init Duration means a cold start. */
export function readReport(log: string): ProviderFacts {
  const line = log.split('\n').findLast((one) => one.startsWith('REPORT RequestId:'));
  if (line === undefined) return {};
  const facts: Partial<Record<(typeof FIELDS)[number][0], number>> = {};
  for (const [name, pattern] of FIELDS) {
    const found = pattern.exec(line)?.[1];
    if (found !== undefined) facts[name] = Number(found);
  }
  return facts;
}
