// A separate process with many clients that send the most expensive requests. Its first message is the plan.
import { Agent, get } from 'node:http';

export interface AskPlan {
  readonly url: string;
  readonly clients: number;
}

export interface AskResult {
  /** Number of answers by status; 0 for no answer. */
  readonly answers: Readonly<Record<string, number>>;
  /** Duration of every answer with 200, ms, ascending. */
  readonly millis: readonly number[];
  readonly bytes: number;
}

const EVER = 'from=1970-01-01T00:00:00Z&to=2199-12-31T00:00:00Z';
/** The requests set no limits of their own; only the collector's limits apply. */
export const WORST_QUESTIONS: readonly string[] = [
  `/api/v1/functions?${EVER}&limit=5000`,
  `/api/v1/timeline?${EVER}&buckets=1000`,
  `/api/v1/invocations?${EVER}&limit=1000`,
  `/api/v1/invocations?${EVER}&limit=1000&format=csv`,
  `/api/v1/sandboxes?${EVER}&limit=1000`,
  `/api/v1/hosts?${EVER}`,
  `/api/v1/hops?${EVER}`,
  `/api/v1/reuse?${EVER}`,
  `/api/v1/evictions?${EVER}&limit=1000`,
  '/api/v1/functions?from=-1h',
  '/api/traces?service=bench-1&limit=1500&lookback=custom&start=0&end=7258118400000000',
  '/api/dependencies?endTs=7258118400000&lookback=7258118400000',
  '/openapi.json',
];

async function ask({ url, clients }: AskPlan, stop: AbortSignal): Promise<AskResult> {
  const agent = new Agent({ keepAlive: true });
  const answers: Record<string, number> = {};
  const millis: number[] = [];
  let bytes = 0;
  const client = async (first: number): Promise<void> => {
    for (let index = first; !stop.aborted; index++) {
      const begun = performance.now();
      const answer = await fetchBytes(
        agent,
        url + (WORST_QUESTIONS[index % WORST_QUESTIONS.length] as string),
      );
      answers[String(answer.status)] = (answers[String(answer.status)] ?? 0) + 1;
      bytes += answer.bytes;
      if (answer.status === 200) millis.push(performance.now() - begun);
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, index) => client(index)));
  agent.destroy();
  return { answers, millis: millis.sort((a, b) => a - b), bytes };
}

function fetchBytes(agent: Agent, url: string): Promise<{ status: number; bytes: number }> {
  return new Promise((resolve) => {
    const request = get(url, { agent }, (response) => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => (bytes += chunk.length));
      response.once('close', () =>
        resolve({ status: response.complete ? (response.statusCode ?? 0) : 0, bytes }),
      );
    });
    request.once('error', () => resolve({ status: 0, bytes: 0 }));
  });
}

const stopping = new AbortController();
process.on('message', (message) => {
  if (message === 'stop') stopping.abort();
  else {
    void ask(message as AskPlan, stopping.signal).then((result) => {
      process.send?.(result, () => process.exit(0));
    });
  }
});
