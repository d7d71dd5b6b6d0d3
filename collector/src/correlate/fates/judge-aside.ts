import { Worker } from 'node:worker_threads';
import type { History } from '../evidence/index.ts';
import { judge } from '../judge/index.ts';
import type { Judgement } from '../judge/index.ts';
import type { JudgeThreadData } from './judge-thread.ts';

/** Up to this many environments and invocations, a judgement is so short that the others can wait for it. */
const MOST_ENVIRONMENTS = 20;
const MOST_USES = 1_000;
/** The thread ends when it had nothing to do for this long. */
const IDLE_MS = 10_000;

const EXTENSION = import.meta.url.split('.').at(-1) ?? 'js';
const THREAD_URL = new URL(`./judge-thread.${EXTENSION}`, import.meta.url);

/** One thread at a time: the tail of the queue. */
let waiting: Promise<unknown> = Promise.resolve();

/** Runs {@link judge}; except for small evidence in a thread, so that nothing else waits for it. */
export async function judgeAside(history: History, untilMs: number): Promise<Judgement | undefined> {
  if (history.environments.length <= MOST_ENVIRONMENTS && history.uses.startMicros.length <= MOST_USES)
    return judge(history, untilMs);
  const judged = waiting.then(() => judgeInThread({ history, untilMs }));
  waiting = judged.catch(() => undefined);
  return judged;
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

async function judgeInThread(data: JudgeThreadData): Promise<Judgement | undefined> {
  clearTimeout(ending);
  const worker = (thread ??= startThread());
  worker.ref();
  try {
    return await new Promise((resolve, reject) => {
      const settle = (finish: () => void): void => {
        worker.off('message', onMessage).off('error', onError).off('exit', onExit);
        finish();
      };
      const onMessage = (judgement: Judgement | undefined): void => settle(() => resolve(judgement));
      const onError = (error: unknown): void => {
        // It ends now: the next judgement needs another one.
        thread = undefined;
        settle(() => reject(error));
      };
      const onExit = (code: number): void =>
        settle(() => reject(new Error(`the thread that judges ended with ${code}`)));
      worker.on('message', onMessage).on('error', onError).on('exit', onExit);
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
      worker.postMessage(data);
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
