/** Verdicts about hops over all functions. */
import type { FunctionSummary, HopsEntry } from '../api/answers.ts';
import { ENOUGH_CALLS } from '../verdicts.ts';
import { counted, sentence, share, spelled } from '../words.ts';

/** Whether there are enough pairs of calls to say how often it hops. */
export const isKnownToHop = ({ pairs, rate }: HopsEntry): boolean =>
  pairs >= ENOUGH_CALLS && rate.value !== undefined;

/** Those of which something is known first, of them those that hop most often. */
export const mostHopping = (functions: readonly HopsEntry[]): readonly HopsEntry[] =>
  functions.toSorted(
    (a, b) =>
      Number(isKnownToHop(b)) - Number(isKnownToHop(a)) ||
      (b.rate.value ?? 0) - (a.rate.value ?? 0) ||
      b.pairs - a.pairs,
  );

/** Which functions hop hosts? @param hosts how many serve all of them */
export function hoppingVerdict(functions: readonly HopsEntry[], hosts: number): string {
  if (hosts === 0) return 'Hosts cannot be known here.';
  const serve = `${sentence(spelled(hosts))} ${hosts === 1 ? 'host serves' : 'hosts serve'} all`;
  const known = functions.filter(isKnownToHop);
  const [most] = mostHopping(known.filter(({ hops }) => hops > 0));
  if (known.length === 0) return `${serve}; which functions hop is not known yet.`;
  if (!most) return `${serve}; no function hops.`;
  const hopping = known.filter(({ hops }) => hops > 0).length;
  const often = `on ${share(most.rate.value ?? 0)} of its calls`;
  return hopping === 1
    ? `${serve}; only ${most.function} hops, ${often}.`
    : `${serve}; ${spelled(hopping)} functions hop, ${most.function} most: ${often}.`;
}

/** The same from the list of functions alone, which does not tell chance. */
export function hopsInShort(functions: readonly FunctionSummary[]): string {
  const known = functions.filter(({ hosts }) => hosts !== undefined);
  if (known.length === 0) return 'Hosts cannot be known here.';
  const hopping = known.filter(({ hops = 0 }) => hops > 0);
  const part = ({ hops = 0, invocations }: FunctionSummary): number => hops / Math.max(1, invocations - 1);
  const [most] = hopping
    .filter(({ invocations }) => invocations > ENOUGH_CALLS)
    .toSorted((a, b) => part(b) - part(a));
  if (hopping.length === 0) return 'No function changes host.';
  if (!most) return 'Which functions change host is not known yet.';
  const often = `${most.function} most: ${counted(most.hops ?? 0, 'time')} in ${counted(most.invocations, 'call')}`;
  return hopping.length === 1
    ? `Only ${often.replace(' most:', ' does:')}.`
    : `${sentence(spelled(hopping.length))} do, ${often}.`;
}
