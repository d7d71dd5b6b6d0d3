/** A function that is called for some minutes a day, for two weeks; in the last of them it is deployed twice a day. */
import * as semconv from '../../probes/src/semconv.ts';
import { seededRandom } from '../../examples/demo/random.ts';
import { listOf, spanOf } from './span.ts';

const NAME = 'nightly-report';
const DAY_MS = 86_400_000;
const DAYS = 15;
const CALLS_A_DAY = 24;
const EVERY_MS = 30_000;
const KEPT_IDLE_MS = 319_000;
const INIT_MS = 450;

/** @param endMs the last day's calls are three hours before */
export function twoWeeks(
  endMs: number,
  seed: number,
): { readonly request: object; readonly callsOfLastDay: number } {
  const random = seededRandom(seed + 200);
  const hex = (digits: number): string =>
    Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join('');
  const spans: object[] = [];
  let version = 1;
  for (let daysAgo = DAYS - 1; daysAgo >= 0; daysAgo -= 1) {
    const beganMs = endMs - daysAgo * DAY_MS - 3 * 3_600_000;
    let [sandbox, ordinal] = [hex(32), 0];
    for (let index = 0; index < CALLS_A_DAY; index += 1) {
      const isDeployed = daysAgo < 7 && (index === 8 || index === 16);
      if (isDeployed) {
        version += 1;
        [sandbox, ordinal] = [hex(32), 0];
      }
      ordinal += 1;
      const isCold = ordinal === 1;
      spans.push(
        spanOf(
          NAME,
          2,
          hex(32),
          hex(16),
          undefined,
          beganMs + index * EVERY_MS,
          80 + 20 * random(),
          {
            [semconv.ATTR_SANDBOX_ID]: sandbox,
            [semconv.ATTR_SANDBOX_ORDINAL]: ordinal,
            [semconv.ATTR_FAAS_COLDSTART]: isCold,
            'faas.version': `v${version}`,
            ...(isCold && {
              [semconv.ATTR_INIT_TYPE]: 'on_demand',
              [semconv.ATTR_INIT_DURATION_MS]: INIT_MS * (0.9 + 0.2 * random()),
            }),
          },
          false,
        ),
      );
    }
    spans.push(
      spanOf(
        semconv.SPAN_SHUTDOWN,
        1,
        hex(32),
        hex(16),
        undefined,
        beganMs + (CALLS_A_DAY - 1) * EVERY_MS + KEPT_IDLE_MS,
        1,
        {
          [semconv.ATTR_SANDBOX_ID]: sandbox,
          [semconv.ATTR_SHUTDOWN_REASON]: 'spindown',
          [semconv.ATTR_SHUTDOWN_LAST_ORDINAL]: ordinal,
        },
        false,
      ),
    );
  }
  const resource = {
    'service.name': NAME,
    'faas.name': NAME,
    'cloud.platform': 'aws_lambda',
    'cloud.region': 'eu-west-1',
    'cloud.account.id': '111122223333',
    'faas.max_memory': 536_870_912,
  };
  return {
    request: {
      resourceSpans: [
        {
          resource: { attributes: listOf(resource) },
          scopeSpans: [{ scope: { name: semconv.SCOPE_NAME }, spans }],
        },
      ],
    },
    callsOfLastDay: CALLS_A_DAY,
  };
}
