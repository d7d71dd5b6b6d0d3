import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startChild } from '../../examples/demo/child.ts';
import { startCollectorWith, temporaryFolder, until, type Collector } from '../support/stack.ts';
import { startLoad, type Load, type LoadOptions } from './load.ts';
import type { Outcome } from './outcome.ts';
import { watchMemory, type MemoryWatch } from './processes.ts';
import { lostOf, readStored, repeatedOf } from './stored.ts';

/** A collector under load, in its own folder, to which faults are applied. */
export interface Patient {
  readonly folder: string;
  collector: Collector;
  readonly load: Load;
  readonly memory: MemoryWatch;
  /** Restarts the collector on the same port and data. Resolves when it is ready. */
  restart(): Promise<void>;
  /** After the collector has ended: starts another one and kills it with SIGKILL during its start. */
  killWhileStarting(afterMillis: number): Promise<void>;
}

export interface PatientOptions extends LoadOptions {
  /** Data folder; a temporary one by default. */
  readonly folder?: string;
  readonly args?: readonly string[];
  /** Variables of the collector in addition to those of this process. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Destination of the senders; the collector by default. */
  readonly sendTo?: (url: string) => string;
}

const MAIN = fileURLToPath(new URL('../../collector/src/main.ts', import.meta.url));
/** After a long outage there is a large backlog. */
const SETTLE_MILLIS = 300_000;

export interface Observed {
  readonly rounds: number;
  readonly figures?: Readonly<Record<string, number>>;
}

/**
 * Starts a collector and a load, applies a fault, lets everything settle, stops the collector and compares what it
 * acknowledged with what it stored.
 */
export async function observe(
  fault: string,
  options: PatientOptions,
  work: (patient: Patient) => Promise<Observed>,
): Promise<Outcome> {
  const begun = performance.now();
  const temporary = await temporaryFolder();
  const folder = options.folder ?? temporary.path;
  const start = (port: number): Promise<Collector> =>
    startCollectorWith(folder, port, { args: options.args, environment: options.environment });
  let collector = await start(0);
  const port = Number(new URL(collector.url).port);
  const memory = watchMemory(() => collector.child.process.pid);
  const load = startLoad(options.sendTo?.(collector.url) ?? collector.url, options);
  let asked = 0;
  let ended = 0;
  const count = (): void => void collector.child.process.once('exit', () => ended++);
  count();
  const patient: Patient = {
    folder,
    load,
    memory,
    get collector() {
      return collector;
    },
    async restart() {
      asked++;
      const { process: child } = collector.child;
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      collector = await start(port);
      count();
    },
    async killWhileStarting(afterMillis) {
      const data = join(folder, 'collector');
      const args = ['up', '--port', String(port), '--data', data, ...(options.args ?? [])];
      const logFile = join(folder, 'killed.log');
      const child = startChild({
        name: 'a collector that starts',
        file: MAIN,
        args,
        isReady: () => false,
        logFile,
      });
      const gone = once(child.process, 'exit');
      await sleep(afterMillis);
      child.process.kill('SIGKILL');
      await gone;
    },
  };
  try {
    const { rounds, figures = {} } = await work(patient);
    await load.stop();
    const status = await until(
      'all that was acknowledged is in the store',
      () => collector.status(),
      ({ ready, inbox }) => ready && inbox.pendingRequests === 0,
      SETTLE_MILLIS,
    );
    const crashes = ended - asked + (await metric(collector, 'sandscope_ingest_thread_restarts_total'));
    memory.stop();
    await collector.child.stop();
    const stored = await readStored(join(folder, 'collector'));
    return {
      fault,
      rounds,
      acknowledgedSpans: load.acknowledged.length,
      lostSpans: lostOf(load.acknowledged, stored.spans) + lostOf(load.acknowledged, stored.invocations),
      repeatedSpans: repeatedOf(load.acknowledged, stored.spans),
      repeatedInvocations: repeatedOf(load.acknowledged, stored.invocations),
      wrongAnswers: load.wrongAnswers + status.store.parkedRequests,
      crashes,
      peakServerBytes: memory.peakServerBytes,
      peakEngineBytes: memory.peakEngineBytes,
      seconds: (performance.now() - begun) / 1000,
      figures: { resentRequests: load.resends, slowestAcknowledgementMillis: load.slowestMillis, ...figures },
    };
  } finally {
    memory.stop();
    await load.stop();
    await collector.child.stop();
    await temporary.remove();
  }
}

/** One value of a scrape. */
export async function metric(collector: Collector, name: string): Promise<number> {
  const text = await (await fetch(`${collector.url}/metrics`)).text();
  return Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text)?.[1]);
}
