/** Two runs of an experiment, as reported by the client's spans; the second is twice as fast. */
import * as semconv from '../../probes/src/semconv.ts';
import { seededRandom } from '../../examples/demo/random.ts';
import { listOf, spanOf } from './span.ts';

const RUNS = [
  { id: 'before-the-change', beganMs: 7_200_000, callMs: 80 },
  { id: 'after-the-change', beganMs: 3_600_000, callMs: 40 },
] as const;
const CALLS = 30;

export function experimentRuns(endMs: number, seed: number): object {
  const random = seededRandom(seed + 200);
  const hex = (digits: number): string =>
    Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join('');
  const spans = RUNS.flatMap(({ id, beganMs, callMs }) =>
    Array.from({ length: CALLS }, (_, index) =>
      spanOf(
        'call checkout',
        3,
        hex(32),
        hex(16),
        undefined,
        endMs - beganMs + index * 5000,
        callMs * (0.9 + 0.2 * random()),
        { [semconv.ATTR_PROBE_EXPERIMENT]: 'overhead', [semconv.ATTR_PROBE_RUN_ID]: id },
        false,
      ),
    ),
  );
  return {
    resourceSpans: [
      {
        resource: { attributes: listOf({ 'service.name': 'sandscope-probe-overhead' }) },
        scopeSpans: [{ scope: { name: semconv.SCOPE_NAME }, spans }],
      },
    ],
  };
}
