import type * as WorkerThreads from 'node:worker_threads';

// Runs in the worker, as plain CommonJS. Reports one integer: the status, or -1 for no answer.
const POST = `const { workerData: { flag, url, headers, body } } = require('node:worker_threads');
const cell = new Int32Array(flag);
const say = (status) => { Atomics.store(cell, 0, status); Atomics.notify(cell, 0); };
const { request } = require(url.startsWith('https:') ? 'node:https' : 'node:http');
request(url, { method: 'POST', headers }, (response) => {
  response.resume();
  response.once('end', () => say(response.statusCode));
}).once('error', () => say(-1)).end(body);`;

/** A POST that must finish before the process does. */
export interface LastPost {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Maximum time that the calling thread is blocked. */
  readonly timeoutMillis: number;
}

/**
 * Posts from a worker thread while this thread is blocked: nothing asynchronous runs in the `exit` event of a process.
 * Takes about 30 ms, mostly for the start of the thread. Never throws.
 *
 * @returns the status; undefined if no answer came in time, or if Node cannot do it (before 20.16)
 */
export function postNow({ url, headers, body, timeoutMillis }: LastPost): number | undefined {
  try {
    const threads = process.getBuiltinModule?.('node:worker_threads') as typeof WorkerThreads | undefined;
    if (threads === undefined) return undefined;
    const cell = new Int32Array(new SharedArrayBuffer(4));
    const length = String(Buffer.byteLength(body));
    const worker = new threads.Worker(POST, {
      eval: true,
      // Nothing of the program: no preloaded modules, no environment variables, no output.
      execArgv: [],
      env: {},
      stdout: true,
      stderr: true,
      workerData: {
        flag: cell.buffer,
        url: url.href,
        headers: { ...headers, 'content-length': length },
        body,
      },
    });
    worker.unref();
    Atomics.wait(cell, 0, 0, timeoutMillis);
    const status = Atomics.load(cell, 0);
    return status > 0 ? status : undefined;
  } catch {
    return undefined;
  }
}
