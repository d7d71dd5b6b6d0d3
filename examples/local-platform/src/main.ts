import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { PlatformConfigInput } from './config.ts';
import { messageOf, PlatformError } from './errors.ts';
import { startPlatform } from './platform.ts';

const USAGE = `Usage: node examples/local-platform/src/main.ts --config <file> [options]

A small serverless platform on this machine: functions run in processes that are frozen between invocations.

  --config <file>  JSON: hosts, idleLimitMillis, functions, … (see the README)
  --port <port>    port on 127.0.0.1 (default 0: a free one, printed)
  --truth <file>   write what happens here, one JSON line an event
  --work <folder>  keep staged functions and logs here (default: a temporary folder, removed at the end)
  --help           this text

Prints one JSON line when it is ready, and stops on SIGINT or SIGTERM.
Exit codes: 0 stopped, 1 failed to start, 2 wrong options or configuration.
`;

/** A mistake in the options: one sentence for the user. */
class UsageError extends Error {}

interface Options {
  readonly config: string;
  readonly port: number;
  readonly truthFile?: string;
  readonly workFolder?: string;
}

function parseOptions(args: readonly string[]): Options | undefined {
  const type = 'string';
  let values;
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        config: { type },
        port: { type, default: '0' },
        truth: { type },
        work: { type },
        help: { type: 'boolean' },
      },
    }));
  } catch (error) {
    throw new UsageError(messageOf(error));
  }
  const { config, truth, work, help } = values;
  if (help) return undefined;
  if (config === undefined) throw new UsageError('--config <file> is missing');
  const port = Number(values.port);
  if (!/^\d+$/.test(values.port) || port > 65_535)
    throw new UsageError(`--port takes a whole number from 0 to 65535, not "${values.port}"`);
  return {
    config,
    port,
    ...(truth !== undefined && { truthFile: truth }),
    ...(work !== undefined && { workFolder: work }),
  };
}

async function readConfig(file: string): Promise<PlatformConfigInput> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as PlatformConfigInput;
  } catch (error) {
    throw new UsageError(`the configuration ${file} cannot be read: ${messageOf(error)}`);
  }
}

async function run({ config, ...options }: Options): Promise<void> {
  // Listened to from the start, so that a stop during start-up also leaves nothing behind.
  const signal = new Promise<void>((resolveSignal) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => resolveSignal());
  });
  const platform = await startPlatform(await readConfig(config), {
    ...options,
    configFolder: dirname(resolve(config)),
    log: (message) => process.stderr.write(`${message}\n`),
  });
  // Not console.log: a reader may expect exactly this line on standard output.
  process.stdout.write(
    `${JSON.stringify({ listening: platform.url, hosts: platform.hosts, cpu: platform.cpu })}\n`,
  );
  await signal;
  await platform.stop();
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options === undefined) process.stdout.write(USAGE);
  else await run(options);
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  const isUsage =
    error instanceof UsageError || (error instanceof PlatformError && error.code === 'ERR_CONFIG');
  process.exitCode = isUsage ? 2 : 1;
}
