/** What one entry of an answer is called beside the others: a name may be there in several versions, places and sizes. */
import type { Deployment } from '../api/answers.ts';

interface Named {
  readonly function: string;
  readonly version?: string;
  readonly deployment: Deployment;
}

/** `checkout`, `checkout v42`, `checkout v42, us-east-1`: as much as tells it from the others. */
export function nameOf(entry: Named, all: readonly Named[]): string {
  const same = all.filter((one) => one.function === entry.function);
  const differ = (of: (one: Named) => string | undefined): boolean => new Set(same.map(of)).size > 1;
  const version = differ((one) => one.version) ? ` ${entry.version ?? 'no version'}` : '';
  const region = differ(({ deployment }) => deployment.region)
    ? `, ${entry.deployment.region ?? 'no region'}`
    : '';
  return `${entry.function}${version}${region}`;
}

/** The same to begin a sentence with; nothing where there is one only. */
export const subjectOf = (entry: Named, all: readonly Named[]): string =>
  all.length === 1 ? '' : `${nameOf(entry, all)}: `;
