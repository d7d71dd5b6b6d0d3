import { ReportJoiner, Sealer } from '../correlate/index.ts';
import { LateSpans } from '../deletion/index.ts';
import type { Ingest } from '../ingest/index.ts';
import { CallSealer } from '../jaeger/index.ts';
import { InvocationFiller } from '../store/invocation-filler.ts';
import { DEFAULT_RETENTION } from '../store/retention.ts';
import type { Retention } from '../store/retention.ts';
import type { Store } from '../store/store.ts';
import type { UpkeepJob } from '../store/upkeep-job.ts';

const DAY_SECONDS = 86_400;

export interface UpkeepOptions {
  readonly store: Store;
  readonly ingest: Ingest;
  readonly retention: Retention | undefined;
  readonly warn: (message: string) => void;
}

/** The jobs that keep a store in order: retention, rollups, joins. Questions are answered without them too. */
export class Upkeep {
  readonly #jobs: readonly UpkeepJob[];

  private constructor({ store, ingest, retention, warn }: UpkeepOptions) {
    const { invocations, traces } = { ...DEFAULT_RETENTION, ...retention };
    // Data that is about to be deleted is not summarised any more.
    const maxAgeSeconds = (days: number): number => Math.max(0.5, days - 1) * DAY_SECONDS;
    const whileStoreRests = <T>(work: () => Promise<T>): Promise<T> => ingest.whileStoreRests(work);
    this.#jobs = [
      new Sealer({ store, maxAgeSeconds: maxAgeSeconds(invocations), warn }),
      new CallSealer({ store, maxAgeSeconds: maxAgeSeconds(traces), warn }),
      new ReportJoiner({ store, warn }),
      // Both read and write rows of one function in the tables of one server.
      ...(store.isCluster
        ? []
        : [new InvocationFiller({ store, warn }), new LateSpans({ store, whileStoreRests, warn })]),
    ];
  }

  /** Sets the retention, then starts the jobs. */
  static async start(options: UpkeepOptions): Promise<Upkeep> {
    const { store, retention = {}, warn } = options;
    await store.retain(retention).catch((error: unknown) => warn(`retention: ${(error as Error).message}`));
    const upkeep = new Upkeep(options);
    for (const job of upkeep.#jobs) job.start();
    return upkeep;
  }

  /** Resolves when no job has a statement under way. */
  async stop(): Promise<void> {
    await Promise.all(this.#jobs.map(async (job) => job.stop()));
  }
}
