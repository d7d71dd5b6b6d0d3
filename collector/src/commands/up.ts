import type { CollectorConfig } from '../config/index.ts';
import { readConfig, UP_OPTIONS } from '../config/index.ts';
import { createLog } from '../log/log.ts';
import type { Collector } from '../server/server.ts';
import type { Command } from './command.ts';
import { fail } from './fail.ts';

const STOP_MILLIS = 10_000;

export const up: Command = {
  name: 'up',
  summary: 'receive spans, store them, and answer questions',
  options: UP_OPTIONS,
  tellsWarnings: true,
  notes: `Sizes are in bytes, or end in KiB, MiB or GiB. SANDSCOPE_CLICKHOUSE_URL names a ClickHouse server to use
instead of the embedded engine. SANDSCOPE_TOKENS and SANDSCOPE_QUERY_TOKENS hold tokens in addition to
those in the files; files are read again when they change. docs/configuration.md lists all variables.`,
  run: (settings) => runServer(readConfig(settings), settings.warnings),
};

async function runServer(config: CollectorConfig, warnings: readonly string[]): Promise<void> {
  const log = createLog({ ...(config.logLevel && { level: config.logLevel }) });
  for (const warning of warnings) log.warn(warning);
  let collector: Collector | undefined;
  let stopping = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    const exitCode = signal === 'SIGINT' ? 130 : 143;
    if (stopping || collector === undefined) process.exit(exitCode); // also on the second signal
    stopping = true;
    setTimeout(() => process.exit(1), STOP_MILLIS).unref();
    collector.stop().then(() => process.exit(0), fail);
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  // Without files to reload, SIGHUP ends the process, as it does by default.
  const { tls, ingestTokens, queryTokens } = config;
  if (tls ?? ingestTokens?.file ?? queryTokens?.file) process.on('SIGHUP', () => collector?.reload());

  // Loaded late: the other commands do not need it, and it is most of the program.
  const { startServer } = await import('../server/server.ts');
  collector = await startServer(config, log);
  process.stdout.write(`sandscope: ${collector.url} (OTLP on /v1/traces, page on /)\n`);
  try {
    await collector.ready;
  } catch (error) {
    await collector.stop();
    throw error;
  }
  if (!stopping) process.stdout.write('sandscope: ready\n');
}
