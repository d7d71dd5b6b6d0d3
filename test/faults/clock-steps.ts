import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { temporaryFolder, until } from '../support/stack.ts';
import { invocations } from './load.ts';
import type { Fault, Outcome } from './outcome.ts';
import { Skipped } from './outcome.ts';
import { oneOf, seededRandom } from './random.ts';
import { observe } from './run.ts';
import { startTarget } from './target.ts';

/** libfaketime, from the Debian package faketime: it can set the wall clock of one process tree while it runs. */
const LIBRARIES = ['x86_64-linux-gnu', 'aarch64-linux-gnu'].map(
  (machine) => `/usr/lib/${machine}/faketime/libfaketimeMT.so.1`,
);
interface Step {
  /** In the library's format. */
  readonly text: string;
  readonly minutes: number;
}

const STEPS: readonly Step[] = [
  { text: '+2h', minutes: 120 },
  { text: '-3h', minutes: -180 },
  { text: '+1d', minutes: 1440 },
  { text: '-30m', minutes: -30 },
  { text: '+0', minutes: 0 },
];

/** Sets the wall clock of server and engine back and forth under load, while the forward target is down. */
export const clockSteps: Fault = {
  name: 'wall clock set',
  shortRounds: 1,
  longRounds: 30,
  run: (rounds) => stepClocks(rounds),
};

async function stepClocks(rounds: number): Promise<Outcome> {
  const library = LIBRARIES.find((path) => existsSync(path));
  if (library === undefined) throw new Skipped('libfaketime is not there (Debian package faketime)');
  const random = seededRandom(rounds);
  const folder = await temporaryFolder();
  const offset = join(folder.path, 'offset');
  const set = (step: string): void => {
    writeFileSync(`${offset}.new`, `${step}\n`);
    renameSync(`${offset}.new`, offset); // never seen half written
  };
  set('+0');
  const target = await startTarget();
  const clock = {
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: offset,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    DONT_FAKE_MONOTONIC: '1', // the older name
  };
  Object.assign(process.env, clock); // for the children only
  try {
    const options = { args: ['--forward', target.url], pauseMillis: 10 };
    let acknowledged: readonly string[] = [];
    const sentTwice: string[] = [];
    const outcome = await observe(clockSteps.name, options, async ({ collector, load }) => {
      for (const name of Object.keys(clock)) delete process.env[name];
      acknowledged = load.acknowledged;
      let slowestDeliveryMillis = 0;
      for (let round = 0; round < rounds; round++) {
        await target.fail('away');
        // A resend on the other side of the step is still the same request.
        const { body, spanIds } = invocations(5);
        await post(collector.url, body);
        const step = rounds <= STEPS.length ? (STEPS[round] as Step) : oneOf(random, STEPS);
        set(step.text);
        await checkClock(collector.url, step);
        await post(collector.url, body);
        sentTwice.push(...spanIds);
        await sleep(300);
        await target.fail(undefined);
        const begun = performance.now();
        const { acceptedRequests, acceptedSpans } = (await collector.status()).inbox;
        await until(
          'what came after the step is stored and forwarded',
          () => collector.status(),
          ({ store, forwarders }) =>
            store.insertedSpans >= acceptedSpans - sentTwice.length &&
            // Spans sent twice were acknowledged twice and stored once.
            (forwarders[0]?.forwardedRequests ?? 0) >= acceptedRequests - (round + 1),
        );
        slowestDeliveryMillis = Math.max(slowestDeliveryMillis, performance.now() - begun);
      }
      await load.stop();
      await until(
        'everything is forwarded',
        () => collector.status(),
        ({ forwarders }) => forwarders[0]?.pendingRequests === 0,
      );
      return { rounds, figures: { slowestDeliveryMillis } };
    });
    const missing = [...acknowledged, ...sentTwice].filter((id) => !target.received.has(id)).length;
    return { ...outcome, lostSpans: outcome.lostSpans + missing };
  } finally {
    for (const name of Object.keys(clock)) delete process.env[name];
    await target.close();
    await folder.remove();
  }
}

async function post(url: string, body: string): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${url}/v1/traces`, { method: 'POST', headers, body });
  if (response.status !== 200) throw new Error(`a request was answered ${response.status}`);
}

/** Without the fault, the test would prove nothing. The header is generated every second. */
async function checkClock(url: string, { text, minutes }: Step): Promise<void> {
  await until(
    `the clock of the collector follows ${text}`,
    async () => {
      const response = await fetch(`${url}/healthz`);
      await response.arrayBuffer();
      return Date.parse(response.headers.get('date') ?? '') - Date.now();
    },
    (aheadMillis) => Math.abs(aheadMillis - minutes * 60_000) < 10_000,
  );
}
