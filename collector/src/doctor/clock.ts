import type { Finding } from './finding.ts';
import { found } from './finding.ts';

/** Range of a clock offset: server time minus local time, ms. */
export interface Offset {
  readonly lowMs: number;
  readonly highMs: number;
}

/** The headers of an answer: the server's clock in whole seconds, during the request. */
export interface DateSample {
  readonly sentMs: number;
  readonly receivedMs: number;
  readonly dateMs: number;
}

/** Beyond this, times of callers and functions are not comparable, ms. */
const WARN_MS = 1000;
/** Beyond this, the collector treats times as implausible, ms. */
const FAIL_MS = 300_000;
/** This many samples take more than a second, so that a new second begins in between. */
const MAX_SAMPLES = 30;
const PAUSE_MS = 40;
const NARROW_MS = 200;

/**
 * The offset that is consistent with all samples. A `Date` is truncated to the second, so each sample allows a range of
 * one second plus the duration of its request; the intersection is far narrower. Undefined if there is none: a clock
 * was set.
 */
export function offsetOf(samples: readonly DateSample[]): Offset | undefined {
  const lowMs = Math.max(...samples.map(({ dateMs, receivedMs }) => dateMs - receivedMs));
  const highMs = Math.min(...samples.map(({ dateMs, sentMs }) => dateMs + 1000 - sentMs));
  return samples.length === 0 || lowMs > highMs ? undefined : { lowMs, highMs };
}

/**
 * Compares this clock with the server's, using the `Date` header of its answers.
 *
 * @param ask one quick request; undefined if its answer has no date
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
    return found(
      'clock.offset',
      'info',
      'The clocks cannot be compared: the answers of the collector have no date.',
    );
  const offset = offsetOf(samples);
  if (offset === undefined)
    return found('clock.offset', 'warn', 'One of the two clocks was adjusted during the comparison.', {
      fix: 'Run it again.',
    });
  const least = Math.max(0, offset.lowMs, -offset.highMs);
  const level = least > FAIL_MS ? 'fail' : least > WARN_MS ? 'warn' : 'ok';
  const facts = { offsetLowMs: Math.round(offset.lowMs), offsetHighMs: Math.round(offset.highMs) };
  if (level === 'ok')
    return found(
      'clock.offset',
      'ok',
      `The clocks agree to within ${Math.max(-facts.offsetLowMs, facts.offsetHighMs)} ms.`,
      {
        facts,
      },
    );
  const consequence =
    level === 'fail'
      ? 'spans count as implausible and are left out of statistics'
      : 'waiting times between callers and functions cannot be measured';
  return found('clock.offset', level, `The clock of the collector is ${difference(facts)}: ${consequence}.`, {
    facts,
    fix: 'Synchronise both machines with a time server (chrony, systemd-timesyncd).',
  });
}

/** `behind by 89.9 to 90.0 s`, seen from this machine. */
function difference({
  offsetLowMs,
  offsetHighMs,
}: Readonly<Record<'offsetLowMs' | 'offsetHighMs', number>>): string {
  const bounds = [offsetLowMs, offsetHighMs].map((ms) => (Math.abs(ms) / 1000).toFixed(1));
  return offsetLowMs > 0
    ? `ahead by ${bounds.join(' to ')} s`
    : `behind by ${bounds.toReversed().join(' to ')} s`;
}
