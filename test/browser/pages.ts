/** The pages, and a running collector with an afternoon in it. */
import { startServer, type Collector } from '../../collector/src/server/server.ts';
import type { parseTokens } from '../../collector/src/security/index.ts';
import { temporaryFolder, until } from '../support/stack.ts';
import type { Tab } from './chromium.ts';
import { afternoon, PROFILES } from './scenario.ts';

export interface Filled {
  readonly collector: Collector;
  readonly calls: number;
  stop(): Promise<void>;
}

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** A collector that has received an afternoon of calls. @param queryTokens default none are wanted */
export async function filledCollector(
  queryTokens?: ReturnType<typeof parseTokens>,
  profiles = PROFILES,
): Promise<Filled> {
  const folder = await temporaryFolder();
  const collector = await startServer(
    {
      host: '127.0.0.1',
      port: 0,
      dataDir: folder.path,
      forward: [],
      ...(queryTokens && { queryTokens: { tokens: queryTokens } }),
    },
    quiet,
  );
  await collector.ready;
  const { requests, calls } = afternoon(Date.now(), 5, 7, profiles);
  for (const request of requests) {
    const response = await fetch(`${collector.url}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request),
    });
    if (!response.ok) throw new Error(`the spans were answered ${response.status}: ${await response.text()}`);
  }
  await until(
    'the spans are stored',
    () => collector.status(),
    ({ inbox }) => inbox.pendingRequests === 0,
  );
  return {
    collector,
    calls,
    stop: async () => {
      await collector.stop();
      await folder.remove();
    },
  };
}

/** URLs of all pages; the last two need the first item of a list. */
export const PAGES = [
  ['overview', '/'],
  ['cold-starts', '/f/checkout/cold-starts'],
  ['function', '/f/checkout'],
  ['cold-starts-all', '/cold-starts'],
  ['sandboxes', '/f/checkout/sandboxes'],
  ['hosts', '/f/thumbnail/hosts'],
  ['hosts-all', '/hosts'],
  ['keep-warm', '/keep-warm'],
  ['cost', '/f/checkout/cost'],
  ['io', '/io'],
  ['cpu', '/f/checkout/cpu'],
  ['versions', '/f/checkout/versions'],
  ['connections', '/connections'],
  ['overhead', '/f/checkout/overhead'],
  ['chains', '/chains'],
  ['experiments', '/experiments'],
  ['traces', '/traces'],
] as const;

/** A busy machine answers many times slower. */
const PATIENCE_MILLIS = 120_000;

/** The browser's complaints, except an answer that a busy collector postponed and that the page then requests again. */
export const complaintsOf = ({ complaints }: Tab): string[] =>
  complaints.filter((text) => !/status of 503/.test(text));

/** Waits until all reading is over. @throws if that takes minutes */
export async function settled(tab: Tab): Promise<void> {
  await until(
    'the page is read',
    () =>
      tab.evaluate<string>(
        `document.querySelector('main, form.token') === null ? 'nothing' : document.body.innerText.includes('Reading…') || document.querySelector('[aria-busy]:not(.functions .scroll)') ? 'reading' : 'done'`,
      ),
    (state) => state === 'done',
    PATIENCE_MILLIS,
  );
}

/** Waits for the sparklines of the overview, which are loaded one after the other. @throws if that takes minutes */
export async function sparklinesOf(tab: Tab): Promise<void> {
  await until(
    'the sparklines are read',
    () => tab.evaluate<boolean>("document.querySelector('.functions [aria-busy]') === null"),
    (isDone) => isDone,
    2 * PATIENCE_MILLIS,
  );
}
