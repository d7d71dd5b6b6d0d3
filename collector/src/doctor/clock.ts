import type { Finding } from './finding.ts';
import { found } from './finding.ts';

/** Where the offset of a clock lies: that of the server less ours, ms. */
export interface Offset {
  readonly lowMs: number;
  readonly highMs: number;
}

/** A head of an answer: what the server's clock showed while it was asked for, in whole seconds. */
export interface DateSample {
  readonly sentMs: number;
  readonly receivedMs: number;
  readonly dateMs: number;
}

/** Beyond it, times of callers and of functions cannot be compared, ms. */
const WARN_MS = 1000;
/** Beyond it, the collector takes times for implausible, ms. */
const FAIL_MS = 300_000;
/** A second passes in this many of them, so that one begins in between. */
const MAX_SAMPLES = 30;
const PAUSE_MS = 40;
const NARROW_MS = 200;

/**
 * The offset that agrees with all samples: a `Date` is cut to the second, so each allows a second and the time of its
 * question, and what they have in common is far narrower. Undefined where they have nothing in common: a clock was set.
 */
export function offsetOf(samples: readonly DateSample[]): Offset | undefined {
  const lowMs = Math.max(...samples.map(({ dateMs, receivedMs }) => dateMs - receivedMs));
  const highMs = Math.min(...samples.map(({ dateMs, sentMs }) => dateMs + 1000 - sentMs));
  return samples.length === 0 || lowMs > highMs ? undefined : { lowMs, highMs };
}

/**
 * Compares this clock with the server's by the `Date` of its answers.
 *
 * @param ask one quick question; undefined where its answer has no date
 */
export async function checkClock(ask: () => Promise<DateSample | undefined>): Promise<Finding> {
  const samples: DateSample[] = [];
  for (let count = 0; count < MAX_SAMPLES; count++) {
    const sample = await ask();
    if (sample === undefined) break;
    samples.push(sample);
    const { lowMs = 0, highMs = 0 } = offsetOf(samples) ?? {};
    if (highMs - lowMs < NARROW_MS) break;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  if (samples.length === 0)
    return found('clock.offset', 'info', 'The answers of the collector have no date to compare clocks by.');
  const offset = offsetOf(samples);
  if (offset === undefined)
    return found('clock.offset', 'warn', 'One of the two clocks was set while they were compared.', {
      fix: 'Run it again.',
    });
  const least = Math.max(0, offset.lowMs, -offset.highMs);
  const level = least > FAIL_MS ? 'fail' : least > WARN_MS ? 'warn' : 'ok';
  const facts = { offsetLowMs: Math.round(offset.lowMs), offsetHighMs: Math.round(offset.highMs) };
  const range = `${facts.offsetLowMs} to ${facts.offsetHighMs} ms`;
  if (level === 'ok')
    return found('clock.offset', 'ok', `The clocks agree: that of the collector is ahead by ${range}.`, {
      facts,
    });
  const consequence =
    level === 'fail'
      ? 'spans count as implausible and enter no statistics'
      : 'waits between callers and functions cannot be told';
  return found('clock.offset', level, `The clock of the collector is ahead by ${range}: ${consequence}.`, {
    facts,
    fix: 'Let both machines follow a time server (chrony, systemd-timesyncd).',
  });
}
