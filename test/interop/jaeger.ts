/** A real Jaeger, all in one process, with its spans in memory, on free ports of this machine. */
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
  /** Kills it without warning; its data are lost. */
  kill(): Promise<void>;
  /** Starts it again on the same ports. */
  start(): Promise<void>;
}

export async function startJaeger(program: string, folder: string): Promise<Jaeger> {
  const [otlpPort, queryPort, grpcPort] = await freePorts(3);
  const configFile = join(folder, 'jaeger.json'); // JSON is YAML
  await writeFile(configFile, JSON.stringify(configuration(otlpPort!, queryPort!, grpcPort!)));
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

/** No batching: an acknowledged span can be read at once. */
function configuration(otlpPort: number, queryPort: number, grpcPort: number): unknown {
  const endpoint = (port: number): { endpoint: string } => ({ endpoint: `127.0.0.1:${port}` });
  return {
    service: {
      extensions: ['jaeger_storage', 'jaeger_query'],
      pipelines: { traces: { receivers: ['otlp'], exporters: ['jaeger_storage_exporter'] } },
      telemetry: { metrics: { level: 'none' }, logs: { level: 'warn' } },
    },
    extensions: {
      jaeger_query: { storage: { traces: 'memory' }, http: endpoint(queryPort), grpc: endpoint(grpcPort) },
      jaeger_storage: { backends: { memory: { memory: { max_traces: 100_000 } } } },
    },
    receivers: { otlp: { protocols: { http: endpoint(otlpPort) } } },
    exporters: { jaeger_storage_exporter: { trace_storage: 'memory' } },
  };
}
