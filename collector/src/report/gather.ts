/** Queries all data of a collector report. */
import type {
  EvictionsAnswer,
  FunctionAnswers,
  FunctionsAnswer,
  HopsAnswer,
  InvocationRow,
  InvocationsAnswer,
  ReuseAnswer,
  SandboxesAnswer,
  SummaryRow,
  SurvivalAnswer,
  TimelineAnswer,
} from '../charts/api/answers.ts';

/** Gives an answer of the query API. */
export type Ask = (path: string) => Promise<unknown>;

export interface GatherOptions {
  readonly from: string;
  readonly to: string;
  /** Only this function. */
  readonly function?: string;
  /** Only this region. */
  readonly region?: string;
  /** Maximum number of functions, ordered by their callers' total wait for cold starts, descending. */
  readonly mostFunctions: number;
}

export interface Gathered {
  readonly functions: readonly FunctionAnswers[];
  /** Functions that exist, whether or not they are in the report. */
  readonly seen: number;
  readonly from: string;
  readonly to: string;
}

/** Maximum number of pages of invocations, of 1,000 each. */
const MOST_PAGES = 10;
const BUCKETS = 90;

/** @throws {CollectorError} as `ask` does */
export async function gather(ask: Ask, options: GatherOptions): Promise<Gathered> {
  const { function: only, region, mostFunctions } = options;
  const filters = { from: options.from, to: options.to, ...(region !== undefined && { region }) };
  const list = (await ask(
    pathOf('functions', { ...filters, ...(only !== undefined && { function: only }) }),
  )) as FunctionsAnswer;
  // A relative range such as `-1h` must mean the same hour for every question.
  const range = { ...filters, from: list.from, to: list.to };
  const chosen = [...list.functions].sort(
    (a, b) => waitedMs(b) - waitedMs(a) || b.invocations - a.invocations,
  );
  const functions: FunctionAnswers[] = [];
  for (const summary of chosen.slice(0, mostFunctions))
    functions.push(await gatherFunction(ask, summary, range));
  return { functions, seen: list.functions.length, from: list.from, to: list.to };
}

/** Total wait of callers for cold starts. */
const waitedMs = ({ cold, coldStart }: SummaryRow): number => cold * (coldStart?.costMs ?? 0);

type Range = Readonly<Record<'from' | 'to', string>>;

async function gatherFunction(ask: Ask, summary: SummaryRow, range: Range): Promise<FunctionAnswers> {
  const query = { ...range, function: summary.function };
  const sandboxes = (await ask(pathOf('sandboxes', { ...query, limit: '2000' }))) as SandboxesAnswer;
  const invocations = await newestInvocations(ask, query);
  return {
    summary,
    invocations,
    // Parts of the active time rather than of the whole range.
    timeline: (await ask(
      pathOf('timeline', { ...query, ...narrowed(range, invocations) }),
    )) as TimelineAnswer,
    sandboxes,
    hops: (await ask(pathOf('hops', query))) as HopsAnswer,
    reuse: (await ask(pathOf('reuse', query))) as ReuseAnswer,
    survival: (await ask(pathOf('survival', query))) as SurvivalAnswer,
    evictions: (await ask(pathOf('evictions', { ...query, limit: '10000' }))) as EvictionsAnswer,
  };
}

/** Round widths of time parts. */
const ROUND_MS = [
  100, 200, 500, 1e3, 2e3, 5e3, 10e3, 15e3, 30e3, 60e3, 120e3, 300e3, 600e3, 900e3, 1800e3, 3600e3, 7200e3,
  21_600e3, 86_400e3, 604_800e3,
];

/** The active time, divided into parts of a round width. */
function narrowed({ from, to }: Range, { invocations }: InvocationsAnswer): Record<string, string> {
  const starts = invocations.map(({ start }) => Date.parse(start));
  const first = starts.reduce((least, at) => Math.min(least, at), Infinity);
  const last = starts.reduce((most, at) => Math.max(most, at), -Infinity);
  if (!(last >= first)) return { from, to, buckets: String(BUCKETS) };
  const width =
    ROUND_MS.find((round) => (last - first) / round < BUCKETS - 1) ?? Math.ceil((last - first) / BUCKETS);
  const fromMs = Math.floor(first / width) * width;
  const parts = Math.floor((last - fromMs) / width) + 1;
  return {
    from: new Date(fromMs).toISOString(),
    to: new Date(fromMs + parts * width).toISOString(),
    buckets: String(parts),
  };
}

async function newestInvocations(
  ask: Ask,
  query: Readonly<Record<string, string>>,
): Promise<InvocationsAnswer> {
  type Page = InvocationsAnswer & { readonly nextCursor?: string };
  const rows: InvocationRow[] = [];
  let page = (await ask(pathOf('invocations', { ...query, limit: '1000' }))) as Page;
  rows.push(...page.invocations);
  for (let pages = 1; page.nextCursor !== undefined && pages < MOST_PAGES; pages += 1) {
    page = (await ask(pathOf('invocations', { ...query, limit: '1000', cursor: page.nextCursor }))) as Page;
    rows.push(...page.invocations);
  }
  return { from: page.from, to: page.to, truncated: page.nextCursor !== undefined, invocations: rows };
}

const pathOf = (question: string, parameters: Readonly<Record<string, string>>): string =>
  `api/v1/${question}?${new URLSearchParams(parameters).toString()}`;
