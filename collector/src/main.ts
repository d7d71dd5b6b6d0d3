#!/usr/bin/env -S node --disable-warning=ExperimentalWarning
import type { CollectorConfig } from './config.ts';
import { HELP, parseCommand, versionOf } from './config.ts';
import type { ErrorCode } from './errors.ts';
import { CollectorError } from './errors.ts';
import type { Collector } from './server.ts';
import { startServer, stderrLog } from './server.ts';

/** What a failed start ends with; 1 for everything that is not listed. */
const EXIT_CODES: Partial<Readonly<Record<ErrorCode, number>>> = {
  ERR_OPTION: 2,
  ERR_PORT_IN_USE: 3,
  ERR_DATA_DIR: 4,
};
const STOP_MILLIS = 10_000;

async function main(): Promise<void> {
  const command = parseCommand(process.argv.slice(2), process.env);
  if (command.kind === 'help') process.stdout.write(HELP);
  else if (command.kind === 'version') process.stdout.write(`${versionOf()}\n`);
  else await up(command.config);
}

async function up(config: CollectorConfig): Promise<void> {
  let collector: Collector | undefined;
  let stopping = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    const exitCode = signal === 'SIGINT' ? 130 : 143;
    if (stopping || collector === undefined) process.exit(exitCode); // also the second signal
    stopping = true;
    setTimeout(() => process.exit(1), STOP_MILLIS).unref();
    collector.stop().then(() => process.exit(0), fail);
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);

  collector = await startServer(config);
  process.stdout.write(`sandscope: ${collector.url} (OTLP on /v1/traces, page on /)\n`);
  try {
    await collector.ready;
  } catch (error) {
    await collector.stop();
    throw error;
  }
  if (!stopping) process.stdout.write('sandscope: ready\n');
}

function fail(error: unknown): never {
  const isKnown = error instanceof CollectorError;
  stderrLog.error(
    isKnown ? error.message : `an error nobody foresaw: ${(error as Error).stack ?? String(error)}`,
  );
  process.exit(isKnown ? (EXIT_CODES[error.code] ?? 1) : 1);
}

// Whoever read our output may go before we do.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);
main().catch(fail);
