/** Names of the entries of an answer: a name may occur with several versions, places and sizes. */
import type { Deployment } from '../api/answers.ts';

interface Named {
  readonly function: string;
  readonly version?: string;
  readonly deployment: Deployment;
}

/** `v42`, but `version 2`: a bare number behind a name could be anything. */
const versionName = (version: string | undefined): string =>
  version === undefined ? 'no version' : /^\d+$/.test(version) ? `version ${version}` : version;

/** `checkout`, `checkout v42`, `checkout v42, us-east-1`: as much as needed to be unique. */
export function nameOf(entry: Named, all: readonly Named[]): string {
  const same = all.filter((one) => one.function === entry.function);
  const differ = (of: (one: Named) => string | undefined): boolean => new Set(same.map(of)).size > 1;
  const version = differ((one) => one.version) ? ` ${versionName(entry.version)}` : '';
  const region = differ(({ deployment }) => deployment.region)
    ? `, ${entry.deployment.region ?? 'no region'}`
    : '';
  return `${entry.function}${version}${region}`;
}

/** The same at the beginning of a sentence; empty if there is only one. */
export const subjectOf = (entry: Named, all: readonly Named[]): string =>
  all.length === 1 ? '' : `${nameOf(entry, all)}: `;
