import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { httpTarget } from './http-target.ts';
import { Journal } from './journal.ts';
import { run } from './runner.ts';
import type { RunOptions, RunOutcome } from './runner.ts';
import type { CallSpec, Unit, UnitContext } from './unit.ts';

/** The server's answer to the request with that number, from 0. */
export type Behaviour = (number: number, response: ServerResponse, request: IncomingMessage) => void;

/** The answer of a function that takes part. */
export const FACTS = JSON.stringify({ sandscope: { sandboxId: 'one', ordinal: 2, durationMs: 1 } });

/** Starts a server on loopback that ends with the test; returns its URL. */
export async function startServer(behave: Behaviour): Promise<string> {
  let number = 0;
  const server = createServer((request, response) => {
    request.resume().on('end', () => behave(number++, response, request));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** A folder that ends with the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sandscope-outside-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** A unit of one call. */
export function single(id: string, spec: Partial<CallSpec> = {}, fields: Partial<Unit> = {}): Unit {
  const call = async (context: UnitContext): Promise<void> =>
    void (await context.call({ role: 'call', ...spec }));
  return { id, calls: 1, waitMs: 0, workMs: 1, run: call, ...fields };
}

/** Carries out units against a URL, with the journal in a folder. */
export async function runUnits(
  url: string,
  units: readonly Unit[],
  options: Partial<RunOptions> & { readonly folder?: string } = {},
): Promise<RunOutcome> {
  const { folder = temporaryFolder(), ...rest } = options;
  const { journal, state } = Journal.open(join(folder, 'journal.ndjson'));
  const startedUnixMs = state.header?.startedUnixMs ?? Date.now();
  if (!state.header) {
    const header = {
      runId: 'r',
      experiment: 'test',
      startedUnixMs,
      seed: 1,
      timeScale: 1,
      parameters: {},
      target: {},
    };
    journal.begin(header);
  }
  const target = httpTarget({ url });
  try {
    return await run({
      target,
      units,
      journal,
      before: state,
      startedUnixMs,
      timeScale: 1,
      timeoutMs: 5_000,
      ceilings: { calls: 1_000, durationMs: 60_000 },
      retryPausesMs: [1, 1],
      signal: new AbortController().signal,
      ...rest,
    });
  } finally {
    journal.close();
    await target.close();
  }
}
