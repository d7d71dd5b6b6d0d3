/** Verdicts about traces through several functions. */
import type { ChainsEntry } from '../api/answers.ts';
import type { Part } from '../charts/parts.ts';
import { count, duration, share, spelled } from '../words.ts';

/** What do cold starts cost a chain? */
export function chainVerdict(chain: ChainsEntry | undefined): string {
  if (!chain) return 'No trace went through several functions.';
  const { root, basis, coldShare, prewarmSavesMs, depth } = chain;
  if (!basis.enough)
    return `What cold starts cost ${root} and those after it is not known yet (${count(basis.n)} of ${count(basis.needed)} traces).`;
  const saves = prewarmSavesMs.value ?? 0;
  const cold = `Cold starts are ${share(coldShare.value ?? 0)} of the path from ${root} through ${spelled(depth)} in a row`;
  return saves > 0
    ? `${cold}; prewarming the later ones would save up to ${duration(saves)} a trace.`
    : `${cold}; prewarming would save nothing.`;
}

/** The parts of the critical path. */
export function pathParts(chain: ChainsEntry | undefined): readonly Part[] {
  const { prewarmSavesMs, prewarmSavesShare, pathMs } = chain ?? {};
  const saves = prewarmSavesMs?.value ?? 0;
  // Shares refer to all paths together, so use the mean path, derived from the savings; otherwise the median.
  const path = saves > 0 && prewarmSavesShare?.value ? saves / prewarmSavesShare.value : pathMs?.value;
  if (!chain || path === undefined) return [];
  const cold = path * (chain.coldShare.value ?? 0);
  const between = path * (chain.betweenShare.value ?? 0);
  const later = Math.min(cold, path * (chain.prewarmSavesShare.value ?? 0));
  const parts: Part[] = [
    { name: 'Functions at work', note: '', amount: Math.max(0, path - cold - between), colour: 'warm' },
    { name: 'Cold starts of the first', note: 'cannot be predicted', amount: cold - later, colour: 'cold' },
    {
      name: 'Cold starts of later ones',
      note: 'up to that prewarming would save',
      amount: later,
      colour: 'cold',
      isHatched: true,
    },
    { name: 'Between', note: 'queues, and parts without spans', amount: between, colour: 'c0' },
  ];
  return parts.filter(({ amount }) => amount > 0);
}

/** Which function should be started ahead? */
export function successorsVerdict(chain: ChainsEntry | undefined): string {
  const [first] = (chain?.successors ?? []).toSorted(
    (a, b) => (b.coldOnPathMs.value ?? 0) - (a.coldOnPathMs.value ?? 0),
  );
  if (!first) return 'No function comes after the first.';
  const cost = first.coldOnPathMs.value ?? 0;
  if (cost === 0) return 'No later function was cold on the path.';
  return `${first.function}: it is cold in ${share(first.cold / (first.invocations || 1))} of its calls, ${duration(cost)} a trace.`;
}
