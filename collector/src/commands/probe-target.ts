import type { Target } from '@sandscope/probes/outside';
import { httpTarget, lambdaTarget, ProbeError } from '@sandscope/probes/outside';
import { badOption } from '../config/index.ts';
import type { Settings } from '../config/index.ts';
import { startLocalPlatform } from '../experiments/index.ts';
import type { Assignment, LocalPlatform } from '../experiments/index.ts';

/** The target named on the command line; with `--local` also the platform, which the caller has to stop. */
export async function openTarget(
  settings: Settings,
  { timeScale, seed }: Assignment,
): Promise<{ readonly target: Target; readonly platform?: LocalPlatform }> {
  const functionName = settings.text('function');
  const named = functionName === undefined ? {} : { functionName };
  const file = settings.text('local');
  if (file !== undefined) {
    const collector = settings.text('collector');
    const platform = await startLocalPlatform(file, {
      ...named,
      timeScale,
      ...(seed !== undefined && { seed }),
      ...(collector !== undefined && { collector }),
    });
    return { target: platform.target, platform };
  }
  const lambda = settings.text('lambda');
  if (lambda !== undefined) {
    const region = settings.text('region');
    const endpoint = settings.text('lambda-endpoint');
    return {
      target: await lambdaTarget({
        functionName: lambda,
        ...(region !== undefined && { region }),
        ...(endpoint !== undefined && { endpoint }),
      }),
    };
  }
  const method = settings.text('method');
  const ca = settings.file('ca');
  try {
    return {
      target: httpTarget({
        url: settings.text('url') ?? '',
        headers: readHeaders(settings.list('header'), process.env),
        ...named,
        ...(method !== undefined && { method: method.toUpperCase() }),
        ...(ca !== undefined && { ca }),
      }),
    };
  } catch (error) {
    if (error instanceof ProbeError) throw badOption(`--url: ${error.message}`);
    throw error;
  }
}

/**
 * Headers as written on the command line.
 *
 * @throws {CollectorError} `ERR_OPTION`
 */
export function readHeaders(
  lines: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const [, name, given] = /^([!#$%&'*+.^_`|~\w-]+):\s*(.*)$/.exec(line) ?? [];
    if (name === undefined || given === undefined) throw badOption('--header is not "name: value"');
    const [, variable] = /^env:(\w+)$/.exec(given) ?? [];
    const value = variable === undefined ? given : env[variable];
    if (value === undefined) throw badOption(`--header ${name}: the variable ${variable} is not set`);
    if (/[\r\n\0]/.test(value)) throw badOption(`--header ${name}: the value has a line break`);
    headers[name.toLowerCase()] = value;
  }
  return headers;
}
