import type { Fault, Mode, Seen } from './run-case.ts';

// Calls that an export needs: if they fail, nothing arrives.
const OF_EXPORTS = /^(?:buffer\.|stream\.Duplex\.prototype\.write$)/;
const OF_STDOUT = /^(?:fs\.writeSync|buffer\.)/;
// Calls that end a process like a signal: if they fail, the process exits instead.
const OF_ENDING = /^(?:process\.kill|events\.EventEmitter\.prototype\.removeListener)$/;
// The program's own call, passed on: it fails as it would without us.
const HANDED_ON = /^(?:http\.OutgoingMessage\.prototype\.end|net\.Socket\.prototype\.(?:_writev?|destroy))$/;
// Without these, no end is detected: spans leave when the process ends, if it does.
const OF_AFTERWARDS = /^global\.setImmediate$/;

/** What is wrong with a run in which one call failed; empty if nothing is. */
export function judge(bare: Seen, seen: Seen, mode: Mode, { name, how }: Fault): string[] {
  if (HANDED_ON.test(name)) return [];
  const wrong: string[] = [];
  bare.answers.forEach((line, index) => {
    if (seen.answers[index] !== line)
      wrong.push(`answer ${index}: ${seen.answers[index]} instead of ${line}`);
  });
  if (seen.answers.length > bare.answers.length)
    wrong.push(`more is said: ${seen.answers.slice(bare.answers.length).join('; ')}`);
  const ends = OF_ENDING.test(name) ? [bare.end, 'exit 143'] : [bare.end];
  if (!ends.includes(seen.end)) wrong.push(`ended with ${seen.end} instead of ${bare.end}`);
  const strange = seen.stderr.split('\n').filter((line) => line !== '' && !line.startsWith('sandscope: '));
  if (strange.length > 0) wrong.push(`on standard error: ${strange.slice(0, 3).join(' | ')}`);
  const excused =
    (mode === 'stdout' ? OF_STDOUT : OF_EXPORTS).test(name) ||
    (how === 'silence' && OF_AFTERWARDS.test(name));
  if (!excused && seen.spanNames.length === 0) wrong.push('no span');
  return wrong;
}
