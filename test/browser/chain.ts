/** Forty traces through two functions; in every third trace the second function is cold. */
import * as semconv from '../../probes/src/semconv.ts';
import { seededRandom } from '../../examples/demo/random.ts';
import { listOf, spanOf } from './span.ts';

const TRACES = 40;
const EVERY_MS = 240_000;
const INIT_MS = 310;

/** @param endMs the last trace ends some minutes before */
export function chainOfTwo(
  endMs: number,
  seed: number,
): { readonly requests: object[]; readonly calls: number } {
  const random = seededRandom(seed + 100);
  const hex = (digits: number): string =>
    Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join('');
  const spans = { quote: [] as object[], price: [] as object[] };
  const front = hex(32);
  let [back, ordinal] = [hex(32), 0];
  for (let index = 0; index < TRACES; index += 1) {
    const startMs = endMs - (TRACES - index) * EVERY_MS;
    const isCold = index % 3 === 0;
    if (isCold) [back, ordinal] = [hex(32), 0];
    ordinal += 1;
    const init = isCold ? INIT_MS * (0.9 + 0.2 * random()) : 0;
    const own = 60 + 20 * random();
    const ids = { trace: hex(32), quote: hex(16), request: hex(16) };
    const askedMs = startMs + 15;
    spans.quote.push(
      spanOf(
        'quote',
        2,
        ids.trace,
        ids.quote,
        undefined,
        startMs,
        40 + init + own,
        {
          [semconv.ATTR_SANDBOX_ID]: front,
          [semconv.ATTR_SANDBOX_ORDINAL]: index + 1,
          [semconv.ATTR_FAAS_COLDSTART]: index === 0,
          'faas.version': 'v1',
        },
        false,
      ),
      spanOf(
        'POST /price',
        3,
        ids.trace,
        ids.request,
        ids.quote,
        askedMs,
        8 + init + own,
        { 'http.request.method': 'POST' },
        false,
      ),
    );
    spans.price.push(
      spanOf(
        'price',
        2,
        ids.trace,
        hex(16),
        ids.request,
        askedMs + 4 + init,
        own,
        {
          [semconv.ATTR_SANDBOX_ID]: back,
          [semconv.ATTR_SANDBOX_ORDINAL]: ordinal,
          [semconv.ATTR_FAAS_COLDSTART]: isCold,
          'faas.version': 'v1',
          ...(isCold && { [semconv.ATTR_INIT_TYPE]: 'on_demand', [semconv.ATTR_INIT_DURATION_MS]: init }),
        },
        false,
      ),
    );
  }
  const requests = Object.entries(spans).map(([name, own]) => ({
    resourceSpans: [
      {
        resource: {
          attributes: listOf({
            'service.name': name,
            'faas.name': name,
            'cloud.platform': 'aws_lambda',
            'cloud.region': 'eu-west-1',
            'cloud.account.id': '111122223333',
            'faas.max_memory': 268_435_456,
          }),
        },
        scopeSpans: [{ scope: { name: semconv.SCOPE_NAME }, spans: own }],
      },
    ],
  }));
  return { requests, calls: 2 * TRACES };
}
