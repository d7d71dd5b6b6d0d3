import { once } from 'node:events';
import { connect } from 'node:net';
import { createMutator, type Mutated } from './mutations.ts';
import type { Fault, Outcome } from './outcome.ts';
import { seededRandom } from './random.ts';
import { observe } from './run.ts';

const CONNECTIONS = 4;
/** Requests written before their answers are read. */
const PIPELINED = 64;
const EXPECTED = new Set([200, 400, 413, 415, 503]);

/** Damaged requests over kept-open connections, many at a time, together with an ordinary load. */
export const mutatedBodies: Fault = {
  name: 'mutated bodies',
  shortRounds: 2_000,
  longRounds: 1_000_000,
  run: (rounds) => mutate(rounds),
};

async function mutate(rounds: number): Promise<Outcome> {
  const next = createMutator(seededRandom(rounds));
  const options = { senders: 1, pauseMillis: 20 };
  return observe(mutatedBodies.name, options, async ({ collector }) => {
    const port = Number(new URL(collector.url).port);
    const statuses = new Map<number, number>();
    let left = rounds;
    const begun = performance.now();
    const drive = async (): Promise<void> => {
      while (left > 0) {
        const batch = Array.from({ length: Math.min(PIPELINED, left) }, next);
        left -= batch.length;
        const answered = await sendAll(port, batch, statuses);
        left += batch.length - answered; // what was cut off is made up for
      }
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, drive));
    const count = (status: number): number => statuses.get(status) ?? 0;
    const unexpected = [...statuses].filter(([status]) => !EXPECTED.has(status));
    return {
      rounds,
      figures: {
        answered200: count(200),
        answered400: count(400),
        answered413or415: count(413) + count(415),
        answered503: count(503),
        unexpectedAnswers: unexpected.reduce((sum, [, answers]) => sum + answers, 0),
        bodiesPerSecond: Math.round((rounds * 1000) / (performance.now() - begun)),
      },
    };
  });
}

/** Sends a batch over one connection; returns how many were answered before it was closed. */
async function sendAll(
  port: number,
  batch: readonly Mutated[],
  statuses: Map<number, number>,
): Promise<number> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  let answered = 0;
  let tail = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    tail += text;
    for (let index = 0; (index = tail.search(/HTTP\/1\.1 \d{3} /)) >= 0;) {
      const status = Number(tail.slice(index + 9, index + 12));
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      answered++;
      tail = tail.slice(index + 13);
    }
    tail = tail.slice(-16); // the head of a status line may be cut in two
    if (answered >= batch.length) socket.end();
  });
  const closed = once(socket, 'close');
  socket.write(Buffer.concat(batch.map(toRequest)));
  await closed;
  return answered;
}

function toRequest({ body, contentType, contentEncoding }: Mutated): Buffer {
  const encoding = contentEncoding === undefined ? '' : `content-encoding: ${contentEncoding}\r\n`;
  const head = `POST /v1/traces HTTP/1.1\r\nhost: localhost\r\ncontent-type: ${contentType}\r\n${encoding}content-length: ${body.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}
