import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { dieWithParent, type StartedHost } from './hosts.ts';
import { fitsGenericRuntime } from './runtimes/runtime-pool.ts';
import { sandboxEnvironment } from './sandbox-environment.ts';
import type { SandboxOptions } from './sandbox-options.ts';
import { SandboxProcess } from './sandbox-process.ts';

export interface StartedProcess {
  readonly process: SandboxProcess;
  /** How long it had waited in the pool of runtimes, ms; absent if it was started for this sandbox. */
  readonly pooledMillis?: number;
}

/**
 * Starts the process of a sandbox, or gives the function to a runtime of the host's pool.
 *
 * @param mayBePooled false: always a new process
 */
export async function startProcess(
  options: SandboxOptions,
  { command: hostCommand, environment: hostEnvironment }: StartedHost,
  sandbox: Pick<Parameters<typeof sandboxEnvironment>[0], 'logStream' | 'temporaryFolder' | 'runtimeApi'>,
  mayBePooled: boolean,
): Promise<StartedProcess> {
  const { config, host, taskRoot, guard } = options;
  const logs = join(options.folder, 'logs');
  mkdirSync(logs, { recursive: true });
  const logFile = join(logs, `${config.name}.log`);
  const environment = sandboxEnvironment({
    ...sandbox,
    config,
    taskRoot,
    hostEnvironment,
    fetchesCode: options.fetchCode !== undefined,
    ...(host.zone !== undefined && { metadataToken: options.metadataToken }),
    ...(options.collector !== undefined && { collector: options.collector }),
  });
  const pooled = mayBePooled && fitsGenericRuntime(config.environment) ? options.runtimes?.take() : undefined;
  if (pooled !== undefined) {
    pooled.process.send(JSON.stringify({ environment, logFile }));
    return { process: pooled.process, pooledMillis: performance.now() - pooled.startedMillis };
  }
  // As on Lambda: a wrapper script of the function that is passed the runtime to start.
  const wrapper = config.environment['AWS_LAMBDA_EXEC_WRAPPER'];
  const command = [
    ...hostCommand,
    ...dieWithParent(),
    ...(wrapper ? [wrapper] : []),
    options.node,
    options.bootstrapFile,
  ];
  const process = new SandboxProcess({ command, environment, folder: taskRoot, logFile });
  await process.started();
  guard.add(process.pid!);
  return { process };
}
