/** Longest message of the engine that is logged. */
const MAX_CHARS = 2000;
const STACK_TRACE = /,? Stack trace \(when copying this message[\s\S]*$/;

/** What the engine wrote to standard error, without addresses in its own code; empty if nothing else is left. */
export function engineMessage(text: string): string {
  return text.replace(STACK_TRACE, '').trim().slice(0, MAX_CHARS);
}
