import type { Fault, Mode, Seen } from './run-case.ts';

// What an export cannot do without: when it fails nothing arrives.
const OF_EXPORTS = /^(?:buffer\.|stream\.Duplex\.prototype\.write$)/;
const OF_STDOUT = /^(?:fs\.writeSync|buffer\.)/;
// What ends a process as a signal does: when it fails there is an exit in its place.
const OF_ENDING = /^(?:process\.kill|events\.EventEmitter\.prototype\.removeListener)$/;
// The program's own call, handed on: it fails as it would without us.
const HANDED_ON = new Set(['http.OutgoingMessage.prototype.end']);
// Without these nothing is known to be over: spans leave with the end of the process, if it has one.
const OF_AFTERWARDS = /^global\.setImmediate$/;

/** What is wrong with a run in which one call failed; empty when all is well. */
export function judge(bare: Seen, seen: Seen, mode: Mode, { name, how }: Fault): string[] {
  if (HANDED_ON.has(name)) return [];
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
  if (!excused && seen.told.length === 0) wrong.push('no span');
  return wrong;
}
