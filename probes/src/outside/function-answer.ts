import type { FunctionFacts, Start } from './sample.ts';

/** The field of the JSON answer in which a function that takes part in experiments describes itself. */
export const FACTS_FIELD = 'sandscope';

/** An answer's facts about the function and its sandbox. */
export interface AnswerFacts {
  readonly facts: FunctionFacts;
  readonly start: Start;
  readonly sandboxId?: string;
  readonly hostId?: string;
}

const NUMBERS = ['startUnixMs', 'endUnixMs', 'durationMs', 'cpuMs', 'ordinal', 'memoryMb', 'initMs'] as const;
/** Cannot be negative; what is, was not measured. */
const AMOUNTS: ReadonlySet<string> = new Set(['durationMs', 'cpuMs', 'memoryMb', 'initMs']);
const TEXTS = ['kernelBootId', 'version'] as const;
/** Longer ids are rejected. */
const MAX_ID = 200;

/**
 * Reads a function's answer. Fields of the wrong type, and impossible values, count as missing; undefined for an answer without facts.
 */
export function readAnswer(body: Uint8Array): AnswerFacts | undefined {
  const told = factsIn(Buffer.from(body.buffer, body.byteOffset, body.byteLength));
  if (told === undefined) return undefined;
  const facts: Record<string, unknown> = {};
  for (const name of NUMBERS) if (isUsable(name, told[name])) facts[name] = told[name];
  for (const name of TEXTS) if (isId(told[name])) facts[name] = told[name];
  const measured = measuredIn(told['measured']);
  if (measured !== undefined) facts['measured'] = measured;
  const { ordinal } = facts as FunctionFacts;
  return {
    facts,
    start: ordinal === undefined ? 'unknown' : ordinal === 1 ? 'cold' : 'warm',
    ...(isId(told['sandboxId']) && { sandboxId: told['sandboxId'] }),
    ...(isId(told['hostId']) && { hostId: told['hostId'] }),
  };
}

function factsIn(body: Buffer): Readonly<Record<string, unknown>> | undefined {
  // Most answers of functions that know nothing of experiments are not worth parsing.
  if (!body.includes(`"${FACTS_FIELD}"`)) return undefined;
  try {
    const answer = JSON.parse(body.toString()) as Record<string, unknown> | null;
    const told = answer?.[FACTS_FIELD];
    return typeof told === 'object' && told !== null ? (told as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function isUsable(name: string, value: unknown): boolean {
  if (!Number.isFinite(value)) return false;
  if (name === 'ordinal') return Number.isInteger(value) && (value as number) >= 1;
  return !AMOUNTS.has(name) || (value as number) >= 0;
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MAX_ID;
}

function measuredIn(value: unknown): Record<string, number | number[]> | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const usable = Object.entries(value).filter(
    ([, one]) => Number.isFinite(one) || (Array.isArray(one) && one.every((each) => Number.isFinite(each))),
  );
  return Object.fromEntries(usable) as Record<string, number | number[]>;
}
