/** The sentence under each question: built from the answer’s fields, with its most important number. */
import type {
  Deployment,
  EvictionsEntry,
  FunctionSummary,
  FunctionsAnswer,
  HopsEntry,
  KeepAlive,
  KeepWarmEntry,
  Proportion,
  Sandbox,
  SurvivalEntry,
} from './api/answers.ts';
import type { PingPlan } from './keep-warm-plan.ts';
import { median } from './statistics.ts';
import { count, counted, day, duration, interval, money, oneIn, sentence, share, spelled } from './words.ts';

const PLATFORMS: Readonly<Record<string, string>> = {
  aws_lambda: 'AWS Lambda',
  gcp_cloud_functions: 'Cloud Functions',
  gcp_cloud_run: 'Cloud Run',
  azure_functions: 'Azure Functions',
  azure_app_service: 'Azure Functions',
  openfaas: 'OpenFaaS',
  openwhisk: 'OpenWhisk',
  knative: 'Knative',
};

/** `AWS Lambda · eu-west-1`. */
export function placeWords({ platform, region }: Deployment): string {
  const parts = [platform === undefined ? undefined : (PLATFORMS[platform] ?? platform), region];
  return parts.filter((part) => part !== undefined).join(' · ') || 'platform not reported';
}

/** Minimum number of calls for a rate. */
export const ENOUGH_CALLS = 20;
/** Minimum number of idle evictions for a keep-alive time. */
export const ENOUGH_DEATHS = 20;

/** Total time that callers waited for the cold starts of a function, as far as the function observes it, ms. */
export const waitedMs = ({
  cold,
  coldRate,
  coldStart,
}: Pick<FunctionSummary, 'cold' | 'coldRate' | 'coldStart'>): number | undefined =>
  coldRate.n === 0 ? undefined : cold === 0 ? 0 : coldStart && cold * coldStart.costMs;

/** How complete the data are; gaps between the ordinals are lost calls. */
export function completenessWords(calls: number, lost: number | undefined): string {
  if (lost === undefined) return 'not known: the spans name no sandbox';
  if (lost === 0) return '100 % (no gap in the ordinals)';
  return `${share(calls / (calls + lost))} (${counted(lost, 'call')} lost, seen as gaps in the ordinals)`;
}

/** Who waits for cold starts? */
export function overviewVerdict({ functions, total }: FunctionsAnswer, fromMs: number, utc: boolean): string {
  const { n } = total.coldRate;
  if (n === 0)
    return `Who waits for cold starts is not known: none of ${counted(total.invocations, 'call')} since ${day(fromMs, utc)} told how it started.`;
  if (total.cold === 0)
    return `No call of ${count(n)} waited for a cold start since ${day(fromMs, utc)}${n < total.invocations ? `; ${count(total.invocations - n)} did not tell` : ''}.`;
  const waits = functions.map(waitedMs).filter((wait) => wait !== undefined);
  const all = waits.reduce((sum, wait) => sum + wait, 0);
  const begin = `Since ${day(fromMs, utc)}, ${count(total.cold)} of ${count(total.invocations)} calls waited for a cold start`;
  if (all === 0) return `${begin}; none reported how long.`;
  const sorted = waits.toSorted((a, b) => b - a);
  let [few, sum] = [0, 0];
  while (few < sorted.length && sum < 0.8 * all) sum += sorted[few++] ?? 0;
  const causes =
    functions.length < 2
      ? ''
      : `; ${few === functions.length ? 'all functions have a part in it' : `${spelled(few)} ${few === 1 ? 'function causes' : 'functions cause'} ${share(sum / all)} of the waiting`}`;
  return `${begin}, ${duration(all)} in all${causes}.`;
}

/** How often does a call wait for a cold start? */
export function coldRateVerdict({ value, n }: Proportion, cold: number): string {
  if (n === 0) return 'How often is not known: no call told how it started.';
  if (n < ENOUGH_CALLS)
    return `How often is not known yet (${n} of ${ENOUGH_CALLS} calls); ${counted(cold, 'cold start')} so far.`;
  if (cold === 0) return `No call of ${count(n)} waited for a cold start.`;
  return `${sentence(oneIn(value ?? 0))} ${(value ?? 0) < 0.4 ? 'waits' : 'wait'} for a cold start (${share(value ?? 0)}).`;
}

export interface Phase {
  readonly name: string;
  readonly millis: number;
  readonly note: string;
  /** Inferred by comparison rather than reported by the function itself. */
  readonly isInferred?: boolean;
}

/** Where does a cold start’s time go? @param totalMs of whole cold starts; without it, the sum of the parts */
export function phasesVerdict(phases: readonly Phase[], n: number, totalMs?: number): string {
  const all = phases.reduce((sum, { millis }) => sum + millis, 0);
  const [greatest] = phases.toSorted((a, b) => b.millis - a.millis);
  if (!greatest || n === 0) return 'No cold start in this range reported where its time went.';
  const bound = phases.some(({ isInferred }) => isInferred) ? '' : ' at least';
  return `A cold start costs its caller${bound} ${duration(totalMs ?? all)}; ${share(greatest.millis / all)} is ${greatest.name.toLowerCase()}.`;
}

/** Why were they cold? @param told calls that told how they started */
export function causesVerdict(
  causes: readonly {
    readonly words: string;
    readonly cause: string;
    readonly share: number;
    readonly isSure: boolean;
  }[],
  n: number,
  told: number,
): string {
  const [first, second] = causes.filter(({ cause }) => cause !== 'unknown');
  if (told === 0) return 'Whether calls waited for cold starts is not known.';
  if (n === 0) return 'No call waited for a cold start.';
  if (!first) return `Why is not known yet of ${n === 1 ? 'the cold start' : `all ${count(n)} cold starts`}.`;
  const perhaps = first.isSure ? '' : ' probably';
  const rest = second && second.share >= 0.1 ? `; ${second.words.toLowerCase()}, ${share(second.share)}` : '';
  return `${first.words}${perhaps} explains ${share(first.share)}${rest}.`;
}

/** How many sandboxes are alive? */
export function aliveVerdict(most: number, lives: readonly number[], sandboxes: number): string {
  if (sandboxes === 0) return 'No sandbox was used in this range.';
  const half = median(lives);
  const ends = half === undefined ? 'none of them ended yet' : `half live less than ${duration(half)}`;
  return `Up to ${spelled(most)} at once of ${counted(sandboxes, 'sandbox', 'sandboxes')}; ${ends}.`;
}

/** How often is a sandbox used again? */
export function livesVerdict(sandboxes: readonly Sandbox[]): string {
  if (sandboxes.length === 0) return 'No sandbox was used in this range.';
  const once = sandboxes.filter(({ invocations, lost }) => invocations + lost === 1).length;
  const calls = sandboxes.reduce((sum, { invocations }) => sum + invocations, 0);
  return `${sentence(share(once / sandboxes.length))} serve a single call; on average one serves ${count(Math.round(calls / sandboxes.length))}.`;
}

/** Which hosts serve it, and does it hop? */
export function hopsVerdict(entry: HopsEntry | undefined, hosts: number | undefined): string {
  if (hosts === undefined || hosts === 0 || !entry) return 'Hosts cannot be known here.';
  const serve = `${sentence(spelled(hosts))} ${hosts === 1 ? 'host serves' : 'hosts serve'} it`;
  if (entry.pairs < ENOUGH_CALLS || entry.rate.value === undefined)
    return `${serve}; whether it hops is not known yet (${entry.pairs} of ${ENOUGH_CALLS} pairs of calls).`;
  if (hosts === 1) return `${serve}; it never hops.`;
  return `${serve}; it changes host on ${share(entry.rate.value)} of calls${chanceWords(entry)}.`;
}

/** How often it hops against how often it would if each call went to any host. */
export function chanceWords({ rate: { low, high }, independentRate: chance }: HopsEntry): string {
  if (chance === undefined || chance === 0) return '';
  if (high < chance) return `, not on ${share(chance)} as by chance`;
  return low > chance
    ? `, more than the ${share(chance)} by chance`
    : `; by chance it would be ${share(chance)}`;
}

/** How long does an idle sandbox live? */
export function keepAliveVerdict(keepAlive: KeepAlive | undefined): string {
  if (keepAlive?.valueMs === undefined)
    return `How long an idle sandbox lives is not known yet (${Math.floor(keepAlive?.expectedDeaths ?? 0)} of ${ENOUGH_DEATHS} evictions).`;
  const { valueMs, lowMs = valueMs, highMs = valueMs, expectedDeaths } = keepAlive;
  const sure = expectedDeaths < ENOUGH_DEATHS ? ' perhaps' : '';
  return `Half are${sure} gone after ${duration(valueMs)} idle (${interval(lowMs, highMs, duration)}).`;
}

const CAUSES: Readonly<Record<EvictionsEntry['cause'], string>> = {
  idle: 'idle too long',
  age: 'too old',
  deploy: 'a new version',
  'time-out': 'a time-out',
  crash: 'a crash',
};
/** How it ended, in a sentence. */
export const endWords = (cause: EvictionsEntry['cause']): string =>
  cause === 'idle' ? 'it idled too long' : cause === 'age' ? 'it was too old' : `because of ${CAUSES[cause]}`;
export const causeWords = (cause: EvictionsEntry['cause']): string => CAUSES[cause];

/** What was evicted, and why? */
export function evictionsVerdict(evictions: readonly EvictionsEntry[], isCut: boolean): string {
  if (evictions.length === 0) return 'No eviction in this range.';
  const told = evictions.filter(({ state }) => state === 'confirmed').length;
  const idle = evictions.filter(({ cause }) => cause === 'idle').length;
  return `${isCut ? 'The newest ' : ''}${counted(evictions.length, 'sandbox', 'sandboxes')} ended, ${share(idle / evictions.length)} of them because they idled too long; ${share(told / evictions.length)} said goodbye.`;
}

/** How long does an idle sandbox live? From the curve of one deployment. */
export function survivalVerdict({ keepAlive, kneeMs }: SurvivalEntry): string {
  const half = keepAliveVerdict(keepAlive).replace(/\.$/, '');
  return kneeMs?.value === undefined ? `${half}.` : `${half}; the first go at ${duration(kneeMs.value)}.`;
}

/** What would keep it warm? */
export function keepWarmVerdict(entry: KeepWarmEntry | undefined): string {
  if (!entry) return 'What would keep it warm is not known yet.';
  const { advice, pingIntervalMs, concurrentPings = 1, avoidedAMonth, coldStartsAMonth, missing } = entry;
  const [lack] = missing;
  if (advice === 'unknown' || pingIntervalMs === undefined)
    return `What would keep it warm is not known yet${lack ? ` (${lack.n} of ${lack.needed}: ${lack.what})` : ''}.`;
  const act =
    advice === 'ping'
      ? `Ping ${concurrentPings === 1 ? 'once' : `${concurrentPings} at once`} every ${duration(pingIntervalMs)}`
      : `Provision ${concurrentPings}`;
  if (avoidedAMonth?.value === undefined || coldStartsAMonth.value === undefined) return `${act}.`;
  return `${act}: ${count(avoidedAMonth.value)} of ${count(coldStartsAMonth.value)} cold starts a month would go away.`;
}

/** What would pings at a chosen interval do? */
export function pingPlanVerdict(
  { intervalMs, atOnce, avoided, cost }: PingPlan,
  { coldStartsAMonth, plan }: Pick<KeepWarmEntry, 'coldStartsAMonth' | 'plan'>,
): string {
  const act = `Ping ${atOnce === 1 ? 'once' : `${atOnce} at once`} every ${duration(intervalMs)}`;
  const price = cost === undefined ? '' : `, for ${money(cost, plan?.currency)}`;
  if (avoided === undefined || coldStartsAMonth.value === undefined) return `${act}${price}.`;
  return `${act}: ${count(avoided.value)} of ${count(coldStartsAMonth.value)} cold starts a month would go away${price}.`;
}
