/** A real Jaeger, all in one process, on free ports of this machine. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { getJson, until } from '../support/stack.ts';
import { freePorts } from './free-ports.ts';

export interface Jaeger {
  /** Takes OTLP/HTTP at `/v1/traces`. */
  readonly otlp: string;
  /** Answers its query API at `/api`. */
  readonly query: string;
  /** Kills it without warning; data in memory are lost. */
  kill(): Promise<void>;
  /** Starts it again on the same ports. */
  start(): Promise<void>;
}

/**
 * Where Jaeger keeps spans: the last 100 000 traces in memory, or all of them on disk in Badger. Badger acknowledges before
 * the disk has the data, which is its default; `badger-synced` waits for the disk.
 */
export type JaegerStorage = 'memory' | 'badger' | 'badger-synced';

/** @param storage default `memory`; Badger's files are in `folder` */
export async function startJaeger(
  program: string,
  folder: string,
  storage: JaegerStorage = 'memory',
): Promise<Jaeger> {
  const [otlpPort, queryPort, grpcPort] = await freePorts(3);
  const configFile = join(folder, 'jaeger.json'); // JSON is YAML
  await writeFile(
    configFile,
    JSON.stringify(configuration([otlpPort!, queryPort!, grpcPort!], backendOf(storage, folder))),
  );
  const query = `http://127.0.0.1:${queryPort}`;
  let running: { exited: Promise<unknown>; kill(): void } | undefined;

  const jaeger: Jaeger = {
    otlp: `http://127.0.0.1:${otlpPort}`,
    query,
    async kill() {
      running?.kill();
      await running?.exited;
      running = undefined;
    },
    async start() {
      const log = openSync(join(folder, 'jaeger.log'), 'a');
      const command = ['--pdeathsig', 'KILL', program, '--config', configFile];
      const child = spawn('setpriv', command, { stdio: ['ignore', log, log] });
      running = { exited: once(child, 'exit'), kill: () => child.kill('SIGKILL') };
      await until(
        'Jaeger answers',
        () => getJson(`${query}/api/v3/services`),
        () => true,
      );
      await until(
        'Jaeger takes spans',
        () => fetch(`${jaeger.otlp}/v1/traces`, { method: 'POST', headers: JSON_TYPE, body: '{}' }),
        ({ ok }) => ok,
      );
    },
  };
  await jaeger.start();
  return jaeger;
}

const JSON_TYPE = { 'content-type': 'application/json' };

function backendOf(storage: JaegerStorage, folder: string): unknown {
  if (storage === 'memory') return { memory: { max_traces: 100_000 } };
  const directories = { keys: join(folder, 'keys'), values: join(folder, 'values') };
  return { badger: { directories, ephemeral: false, consistency: storage === 'badger-synced' } };
}

/** No batching: an acknowledged span can be read at once. */
function configuration(
  [otlpPort, queryPort, grpcPort]: readonly [number, number, number],
  backend: unknown,
): unknown {
  const endpoint = (port: number): { endpoint: string } => ({ endpoint: `127.0.0.1:${port}` });
  return {
    service: {
      extensions: ['jaeger_storage', 'jaeger_query'],
      pipelines: { traces: { receivers: ['otlp'], exporters: ['jaeger_storage_exporter'] } },
      telemetry: { metrics: { level: 'none' }, logs: { level: 'warn' } },
    },
    extensions: {
      jaeger_query: { storage: { traces: 'own' }, http: endpoint(queryPort), grpc: endpoint(grpcPort) },
      jaeger_storage: { backends: { own: backend } },
    },
    receivers: { otlp: { protocols: { http: endpoint(otlpPort) } } },
    exporters: { jaeger_storage_exporter: { trace_storage: 'own' } },
  };
}
