/** Runs the import command in a separate process against a receiver that keeps nothing, and measures it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../collector/src/main.ts', import.meta.url));

export interface ImportCost {
  readonly spans: number;
  readonly broken: number;
  /** Maximum memory of the process. */
  readonly peakBytes: number;
}

/** Imports a log from standard input. */
export async function importInChild(log: Iterable<Buffer>, format = 'cloudwatch'): Promise<ImportCost> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  // A small nursery, so that garbage hardly counts.
  const flags = ['--max-semi-space-size=4'];
  const child = spawn(
    process.execPath,
    [...flags, MAIN, 'import', format, '-', '--endpoint', endpoint, '--json'],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  let peakBytes = 0;
  const look = async (): Promise<void> => {
    const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '');
    peakBytes = Math.max(peakBytes, Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024);
  };
  const timer = setInterval(() => void look(), 50);
  try {
    const said = text(child.stdout);
    await pipeline(Readable.from(log, { objectMode: true }), child.stdin);
    const summary = JSON.parse(await said) as { spans: number; broken: number };
    return { spans: summary.spans, broken: summary.broken, peakBytes };
  } finally {
    clearInterval(timer);
    server.close();
    server.closeAllConnections();
  }
}
