import { createHash } from 'node:crypto';
import { InputError, readInput } from '../input.ts';
import { disk, network } from './disk-and-network.ts';
import { exchange } from './exchange.ts';
import { tellOf } from './facts.ts';
import { pingPong } from './ping-pong.ts';

/** Limits of the parameters. */
const MOST = {
  holdMs: 60_000,
  burnMs: 60_000,
  rounds: 10_000_000,
  answerBytes: 6_000_000,
  ioBytes: 100_000_000,
  pingCount: 100_000,
  pingBytes: 1_400,
  pingTimeoutMs: 60_000,
  exchangeBytes: 50_000_000,
} as const;

const FIELDS = {
  holdMs: 'number?',
  burnMs: 'number?',
  rounds: 'number?',
  answerBytes: 'number?',
  ioBytes: 'number?',
  ioUrl: 'string?',
  pingHost: 'string?',
  pingPort: 'number?',
  pingCount: 'number?',
  pingBytes: 'number?',
  pingTimeoutMs: 'number?',
  exchange: 'string?',
  exchangeUrl: 'string?',
  exchangeBytes: 'number?',
  reportUrl: 'string?',
} as const;

type Wanted = ReturnType<typeof readInput<typeof FIELDS>>;

/**
 * The function that most experiments call. It describes itself in the field `sandscope` of its answer, and does the
 * work that it is asked for, all of it optional:
 *
 * - `burnMs` keeps a CPU busy for that time, `rounds` does that much SHA-256, which is the same work everywhere;
 * - `ioBytes` are written to the sandbox's disk, with fsync, and read; `ioUrl` is connected to and read;
 * - `pingHost`, `pingPort`, `pingCount`, `pingBytes`, `pingTimeoutMs`: datagrams to a peer and back;
 * - `exchange` (`function`, `redis` or `s3`), `exchangeUrl`, `exchangeBytes`: a payload to another place and back;
 * - `holdMs` waits that long in the call without work; `answerBytes` are added to the answer;
 * - `reportUrl` receives the report with POST, for calls without a reader of their answers.
 */
export async function probe(event: unknown) {
  const begun = tellOf();
  const wanted = readInput(event, FIELDS);
  for (const [name, most] of Object.entries(MOST)) {
    const value = wanted[name as keyof typeof MOST] ?? 0;
    if (value < 0 || value > most) throw new InputError(`${name} must be from 0 to ${most}, not ${value}`);
  }
  const measured = await work(wanted);
  const { answerBytes = 0, reportUrl } = wanted;
  const answer = {
    sandscope: begun.end(measured),
    ...(answerBytes > 0 && { text: 'x'.repeat(answerBytes) }),
  };
  if (reportUrl !== undefined) await fetch(reportUrl, { method: 'POST', body: JSON.stringify(answer) });
  return answer;
}

async function work({
  burnMs = 0,
  rounds = 0,
  holdMs = 0,
  ...wanted
}: Wanted): Promise<Record<string, number | number[]>> {
  const until = performance.now() + burnMs;
  while (performance.now() < until);
  let digest: Buffer = Buffer.alloc(32);
  for (let done = 0; done < rounds; done += 1) digest = createHash('sha256').update(digest).digest();
  const { ioBytes, ioUrl, pingHost, pingPort, exchangeUrl } = wanted;
  const measured = {
    ...(ioBytes !== undefined && (await disk(ioBytes))),
    ...(ioUrl !== undefined && (await network(ioUrl))),
    ...(pingHost !== undefined &&
      pingPort !== undefined &&
      (await pingPong({
        host: pingHost,
        port: pingPort,
        count: wanted.pingCount ?? 100,
        bytes: wanted.pingBytes ?? 64,
        timeoutMs: wanted.pingTimeoutMs ?? 500,
      }))),
    ...(wanted.exchange !== undefined &&
      exchangeUrl !== undefined &&
      (await exchange(wanted.exchange, exchangeUrl, wanted.exchangeBytes ?? 1_000))),
  };
  if (holdMs > 0) await new Promise((resolve) => setTimeout(resolve, holdMs));
  return measured;
}
