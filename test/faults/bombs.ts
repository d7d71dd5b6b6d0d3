import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import { invocations } from './load.ts';
import type { Fault, Outcome } from './outcome.ts';
import { cpuMillis } from './processes.ts';
import { observe } from './run.ts';

const MEMBER_BYTES = 64 * 1024 ** 2;
const INFLATED_BYTES = 4 * 1024 ** 3;

/** Bodies of a few MB that inflate to 4 GiB, one after the other, together with an ordinary load. */
export const bombs: Fault = {
  name: 'gzip and zstd bombs',
  shortRounds: 1,
  longRounds: 50,
  run: (rounds) => dropBombs(rounds),
};

/** Compressed zeros; members are concatenated, as both formats allow. */
function bombOf(encoding: string): Buffer {
  const zeros = Buffer.alloc(MEMBER_BYTES);
  const member =
    encoding === 'gzip'
      ? gzipSync(zeros, { level: 9 })
      : zstdCompressSync(zeros, { params: { [constants.ZSTD_c_compressionLevel]: 3 } });
  return Buffer.concat(Array.from({ length: INFLATED_BYTES / MEMBER_BYTES }, () => member));
}

async function dropBombs(rounds: number): Promise<Outcome> {
  const kinds = ['gzip', 'zstd'].map((encoding) => ({ encoding, body: bombOf(encoding) }));
  // A load light enough that its own CPU time does not hide that of the bombs.
  return observe(bombs.name, { senders: 2, spansPerRequest: 1, pauseMillis: 20 }, async ({ collector }) => {
    const pid = collector.child.process.pid as number;
    let slowestAnswerMillis = 0;
    let largestCpuMillis = 0;
    let wrong = 0;
    for (let round = 0; round < rounds; round++) {
      const { encoding, body } = kinds[round % kinds.length] as (typeof kinds)[number];
      const cpuBefore = cpuMillis(pid);
      const begun = performance.now();
      const status = await drop(collector.url, encoding, body);
      slowestAnswerMillis = Math.max(slowestAnswerMillis, performance.now() - begun);
      if (status !== undefined && status !== 413) wrong++;
      // The time after the answer counts too: a server that keeps inflating does it then.
      for (let index = 0; index < 5; index++) {
        const after = await fetch(`${collector.url}/v1/traces`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: invocations(1).body,
        });
        if (after.status !== 200) wrong++;
      }
      largestCpuMillis = Math.max(largestCpuMillis, cpuMillis(pid) - cpuBefore);
    }
    return { rounds, figures: { slowestAnswerMillis, largestCpuMillis, wrongBombAnswers: wrong } };
  });
}

/** Sends it on a new connection; undefined if the server closed it before the answer could be read. */
async function drop(url: string, encoding: string, body: Buffer): Promise<number | undefined> {
  const headers = { 'content-type': 'application/json', 'content-encoding': encoding };
  const sent = request(`${url}/v1/traces`, { method: 'POST', headers, agent: false });
  sent.end(body);
  try {
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    response.resume();
    sent.on('error', () => undefined); // it may be closed while the rest is on its way
    return response.statusCode;
  } catch {
    return undefined;
  }
}
