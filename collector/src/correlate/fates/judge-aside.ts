import { Worker } from 'node:worker_threads';
import type { History } from '../evidence/index.ts';
import { judge } from '../judge/index.ts';
import type { Judgement } from '../judge/index.ts';
import type { JudgeThreadData } from './judge-thread.ts';

/**
 * Up to this many environments and invocations, a judgement takes less time than starting a thread for it saves others.
 */
const MOST_ENVIRONMENTS = 1_000;
const MOST_USES = 100_000;

const EXTENSION = import.meta.url.split('.').at(-1) ?? 'js';
const THREAD_URL = new URL(`./judge-thread.${EXTENSION}`, import.meta.url);

/** One thread at a time: the tail of the queue. */
let waiting: Promise<unknown> = Promise.resolve();

/** Runs {@link judge}; for large evidence in a thread, so that nothing else waits for it. */
export async function judgeAside(history: History, untilMs: number): Promise<Judgement | undefined> {
  if (history.environments.length <= MOST_ENVIRONMENTS && history.uses.startMicros.length <= MOST_USES)
    return judge(history, untilMs);
  const judged = waiting.then(() => judgeInThread({ history, untilMs }));
  waiting = judged.catch(() => undefined);
  return judged;
}

async function judgeInThread(data: JudgeThreadData): Promise<Judgement | undefined> {
  const worker = new Worker(THREAD_URL, { workerData: data, execArgv: [], name: 'sandscope-judge' });
  worker.unref();
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    // After the message it posted.
    worker.once('exit', (code) => reject(new Error(`the thread that judges ended with ${code}`)));
  });
}
