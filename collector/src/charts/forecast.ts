import type { Forecast, ForecastSize } from '../share/forecast.ts';
import { estimates, LEFT, panelsOption, RIGHT } from './experiments/common.ts';
import { amountScale, apart, valueAxis } from './options.ts';
import type { ChartContext, Picture } from './picture.ts';
import { count, counted, dollars, duration, durationMark, figure } from './words.ts';

/** Space for the second axis. */
const MONEY = 48;
const TOP = 24;
const HEIGHT = 250;

/** Time and cost of a call over memory, as they were predicted. */
export function forecastChart({ calls, fromMb, currency, sizes }: Forecast, context: ChartContext): Picture {
  const say = (amount: number): string =>
    currency === undefined || currency === 'USD' ? dollars(amount) : `${figure(amount)} ${currency}`;
  const times = sizes.map(([x, value, low, high]) => ({ x, estimate: { value, low, high, n: calls } }));
  const costs = sizes.flatMap(([x, , , , value]) =>
    value === null ? [] : [{ x, estimate: { value, n: calls } }],
  );
  const all = sizes.map(([memoryMb]) => memoryMb);
  const [least = 0, most = 1] = [all[0], all.at(-1)];
  const x = { min: least, max: Math.max(most, least + 1) };
  const width = context.width - LEFT - RIGHT - MONEY;
  const pixel = (mb: number): number => LEFT + ((mb - x.min) / (x.max - x.min)) * width;
  const marks = apart(all, pixel);
  const time = amountScale(times.map(({ estimate }) => estimate.high));
  const money = amountScale(costs.map(({ estimate }) => estimate.value));
  const panel = { top: TOP, height: HEIGHT };
  const option = panelsOption(
    context,
    [
      {
        ...panel,
        x: valueAxis(context, { ...x, marks, say: count, name: 'memory, MB' }, false),
        y: valueAxis(context, { ...time, say: durationMark, name: 'mean time of a warm call' }),
      },
      {
        ...panel,
        x: { ...valueAxis(context, { ...x, gridIndex: 1 }, false), show: false },
        y: valueAxis(context, {
          ...money,
          gridIndex: 1,
          say,
          position: 'right',
          name: 'a million calls',
        }),
      },
    ],
    [
      ...estimates('time', times, context, { colour: 'c4', isJoined: true }),
      ...estimates('cost', costs, context, { colour: 'c2', axis: 1, isJoined: true, isDashed: true }),
    ],
  );
  const grid = { outerBoundsMode: 'none' as const, left: LEFT, right: RIGHT + MONEY, ...panel };
  return {
    chart: 'forecast',
    question: 'Would other memory be cheaper or faster?',
    verdict: verdictOf(sizes, fromMb, say),
    legend: [
      { mark: 'line', colour: 'c4', label: 'time, with its interval' },
      ...(costs.length > 0 ? [{ mark: 'dashed', colour: 'c2', label: 'cost' } as const] : []),
    ],
    height: TOP + HEIGHT + 50,
    option: { ...option, grid: [grid, grid] },
    evidence: {
      n: counted(calls, 'warm call'),
      restsOn: 'CPU time and waiting of calls at one size, predicted for the others',
      wrongIf: 'code runs on several threads, or I/O is faster with more memory',
    },
    table: {
      columns: [
        { label: 'memory', unit: 'MBy' },
        { label: 'time', unit: 'ms' },
        { label: 'low', unit: 'ms' },
        { label: 'high', unit: 'ms' },
        { label: 'a million calls', ...(currency !== undefined && { unit: currency }) },
      ],
      rows: sizes.map(([memoryMb, meanMs, lowMs, highMs, perMillion]) => [
        memoryMb,
        meanMs,
        lowMs,
        highMs,
        perMillion ?? undefined,
      ]),
    },
  };
}

/** Made from the numbers: a link holds no sentence that somebody else wrote. */
function verdictOf(
  sizes: readonly ForecastSize[],
  fromMb: number | undefined,
  say: (amount: number) => string,
): string {
  const priced = sizes.filter(([, , , , perMillion]) => perMillion !== null);
  const isPriced = priced.length > 0;
  const [best] = isPriced
    ? priced.toSorted((a, b) => (a[4] ?? 0) - (b[4] ?? 0) || a[1] - b[1])
    : sizes.toSorted((a, b) => a[1] - b[1]);
  const words = isPriced ? 'cheapest' : 'fastest';
  if (best === undefined) return 'No memory size can be predicted.';
  const [memoryMb] = best;
  const wordsOf = ([, meanMs, , , perMillion]: ForecastSize): string =>
    `${duration(meanMs)}${perMillion === null ? '' : ` and ${say(perMillion)} a million calls`}`;
  if (memoryMb === fromMb) return `${count(memoryMb)} MB, as it is, is the ${words} size: ${wordsOf(best)}.`;
  const now = sizes.find(([size]) => size === fromMb);
  const against = now === undefined ? '' : `, not ${wordsOf(now)} as at ${count(now[0])} MB`;
  return `${count(memoryMb)} MB would be ${words}: ${wordsOf(best)}${against}.`;
}
