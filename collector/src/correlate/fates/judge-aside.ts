import { Worker } from 'node:worker_threads';
import { evidenceIn } from './evidence-rows.ts';
import type { DeploymentEvidence, EvidenceRows } from './evidence-rows.ts';
import { judgeEvidence } from './judge-evidence.ts';
import type { JudgedDeployment } from './judged-function.ts';

/** Up to this many environments and invocations, a judgement is so short that the others can wait for it. */
const MOST_ENVIRONMENTS = 20;
const MOST_USES = 1_000;
/** That many do not need more bytes, unless their names are very long. */
const MOST_BYTES = 65_536;
/** The thread ends when it had nothing to do for this long. */
const IDLE_MS = 10_000;

const EXTENSION = import.meta.url.split('.').at(-1) ?? 'js';
const THREAD_URL = new URL(`./judge-thread.${EXTENSION}`, import.meta.url);

/** One thread at a time: the tail of the queue. */
let waiting: Promise<unknown> = Promise.resolve();

/**
 * Judges evidence; unless there is little of it in a thread, so that nothing else waits for it. Takes over the memory of
 * the evidence.
 */
export async function judgeAside(rows: EvidenceRows): Promise<readonly JudgedDeployment[]> {
  if (rows.uses.byteLength + rows.ends.byteLength <= MOST_BYTES) {
    const evidence = [...evidenceIn(rows)];
    if (isLittle(evidence)) return judgeEvidence(evidence, rows.untilMs);
  }
  const judged = waiting.then(() => judgeInThread(rows));
  waiting = judged.catch(() => undefined);
  return judged;
}

function isLittle(evidence: readonly DeploymentEvidence[]): boolean {
  const sum = (count: (of: DeploymentEvidence) => number): number =>
    evidence.reduce((total, of) => total + count(of), 0);
  return (
    sum(({ history }) => history.environments.length) <= MOST_ENVIRONMENTS &&
    sum(({ history }) => history.uses.startMicros.length) <= MOST_USES
  );
}

let thread: Worker | undefined;
let ending: NodeJS.Timeout | undefined;

/** Judgements come in rows, one for each function, and starting a thread takes as long as judging several. */
function startThread(): Worker {
  const started = new Worker(THREAD_URL, { execArgv: [], name: 'sandscope-judge' });
  started.once('exit', () => {
    if (thread === started) thread = undefined;
  });
  return started;
}

async function judgeInThread(rows: EvidenceRows): Promise<readonly JudgedDeployment[]> {
  clearTimeout(ending);
  const worker = (thread ??= startThread());
  worker.ref();
  try {
    return await new Promise((resolve, reject) => {
      const settle = (finish: () => void): void => {
        worker.off('message', onMessage).off('error', onError).off('exit', onExit);
        finish();
      };
      const onMessage = (judged: JudgedDeployment[]): void => settle(() => resolve(judged));
      const onError = (error: unknown): void => {
        // It ends now: the next judgement needs another one.
        thread = undefined;
        settle(() => reject(error));
      };
      const onExit = (code: number): void =>
        settle(() => reject(new Error(`the thread that judges ended with ${code}`)));
      worker.on('message', onMessage).on('error', onError).on('exit', onExit);
      worker.postMessage(rows, [rows.uses, rows.ends].flatMap(ownMemory));
    });
  } finally {
    worker.unref();
    ending = setTimeout(() => void endThread(worker), IDLE_MS).unref();
  }
}

async function endThread(idle: Worker): Promise<void> {
  if (thread === idle) thread = undefined;
  await idle.terminate();
}

/** Memory that can be handed to another thread instead of being copied: small answers share theirs with others. */
function ownMemory({ buffer, byteLength }: Uint8Array): ArrayBuffer[] {
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength && byteLength > 0 ? [buffer] : [];
}
