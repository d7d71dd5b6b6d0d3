import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startJaeger } from '../../../test/interop/jaeger.ts';
import type { JaegerStorage } from '../../../test/interop/jaeger.ts';
import { quantiles, type Quantiles } from '../quantiles.ts';
import type { Load } from './phases.ts';
import { LANES } from './phases.ts';
import { childrenOf, runSender, watchProcess, type Usage } from './processes.ts';
import type { SendResult } from './sender.ts';

export interface PeerResult {
  readonly storage: JaegerStorage;
  readonly load: Load;
  readonly sent: Omit<SendResult, 'ackMillis' | 'lastSerial'>;
  readonly acceptedPerSecond: number;
  readonly ack: Quantiles;
  readonly usage: Usage;
}

/** Jaeger's program: `JAEGER_BIN`, the one built by `test/interop/install.sh`, or one on the path. */
export function findJaeger(): string | undefined {
  const built = fileURLToPath(new URL('../../../test/interop/peers/bin', import.meta.url));
  const folders = [built, ...(process.env['PATH'] ?? '').split(delimiter)];
  const given = process.env['JAEGER_BIN'];
  const candidates = [
    ...(given === undefined ? [] : [given]),
    ...folders.map((folder) => join(folder, 'jaeger')),
  ];
  return candidates.find((path) => existsSync(path));
}

/**
 * The same sender against Jaeger's all-in-one. It does no batching in between: its answer means that its storage has
 * the spans.
 */
export async function runJaeger(program: string, load: Load, storage: JaegerStorage): Promise<PeerResult> {
  const folder = await mkdtemp(join(tmpdir(), 'sandscope-jaeger-'));
  const jaeger = await startJaeger(program, folder, storage);
  try {
    const pid = childrenOf(process.pid).at(-1);
    if (pid === undefined) throw new Error('Jaeger has no process');
    const usage = watchProcess(pid);
    const plan = { ...load, url: `${jaeger.otlp}/v1/traces`, lanes: LANES, firstSerial: 1 };
    const { ackMillis, lastSerial: _, ...sent } = await runSender(plan);
    return {
      storage,
      load,
      sent,
      acceptedPerSecond: sent.sentSpans / sent.seconds,
      ack: quantiles(ackMillis),
      usage: usage(),
    };
  } finally {
    await jaeger.kill();
    await rm(folder, { recursive: true, force: true });
  }
}
