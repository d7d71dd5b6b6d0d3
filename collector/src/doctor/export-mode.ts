import type { Env, Finding } from './finding.ts';
import { found } from './finding.ts';

/** A platform as detected from the environment. */
export interface SeenPlatform {
  readonly name: string;
  /** The export mode there, unless SANDSCOPE_EXPORT overrides it. */
  readonly mode: ExportMode;
  /** The platform freezes or stops the sandbox between invocations. */
  readonly freezes: boolean;
}

export type ExportMode = 'extension' | 'sync' | 'waitUntil' | 'batch' | 'stdout' | 'none';

const isSet = (env: Env, name: string): boolean => (env[name] ?? '') !== '';

/** The platform of this process, detected by the variables it sets; undefined if unknown. */
export function platformOf(env: Env): SeenPlatform | undefined {
  if (isSet(env, 'VERCEL')) return { name: 'Vercel', mode: 'waitUntil', freezes: true };
  if (isSet(env, 'NETLIFY')) return { name: 'Netlify', mode: 'waitUntil', freezes: true };
  if (env['AWS_LAMBDA_INITIALIZATION_TYPE'] === 'lambda-managed-instances')
    return { name: 'AWS Lambda, managed instances', mode: 'batch', freezes: false };
  if (isSet(env, 'AWS_LAMBDA_RUNTIME_API')) return { name: 'AWS Lambda', mode: 'extension', freezes: true };
  if (isSet(env, 'FUNCTIONS_WORKER_RUNTIME'))
    return { name: 'Azure Functions', mode: 'batch', freezes: false };
  if (isSet(env, '__OW_API_HOST') || isSet(env, '__OW_ACTION_NAME'))
    return { name: 'OpenWhisk', mode: 'sync', freezes: true };
  if (isSet(env, 'FUNCTION_TARGET') || isSet(env, 'CLOUD_RUN_JOB'))
    return { name: 'Google Cloud Functions', mode: 'sync', freezes: true };
  if (isSet(env, 'K_SERVICE')) return { name: 'Cloud Run or Knative', mode: 'sync', freezes: true };
  if (isSet(env, 'KUBERNETES_SERVICE_HOST')) return { name: 'Kubernetes', mode: 'batch', freezes: false };
  return undefined;
}

const MEANS: Readonly<Record<ExportMode, string>> = {
  extension:
    'after the response, while the platform waits for the extension; up to 100 invocations are held and lost with a SIGKILL',
  sync: 'before the response ends, for at most 200 ms, which a caller may wait for',
  waitUntil: 'after the response, while the platform keeps the sandbox running for it',
  batch: 'in the background: spans still queued when the sandbox is frozen or killed arrive late or never',
  stdout: 'to standard output, for something that reads the log',
  none: 'not at all',
};

/** The export mode of this environment, and how freezing affects it. */
export function checkExportMode(env: Env): Finding[] {
  const platform = platformOf(env);
  const wanted = env['SANDSCOPE_EXPORT']?.trim().toLowerCase();
  const asked = (Object.keys(MEANS) as ExportMode[]).find((mode) => mode.toLowerCase() === wanted);
  const usual = platform?.mode ?? 'sync';
  const hasExtensions = isSet(env, 'AWS_LAMBDA_RUNTIME_API') && platform?.mode === 'extension';
  const isImpossible = asked === 'extension' && !hasExtensions;
  const mode = asked === undefined || isImpossible ? usual : asked;
  const where = platform === undefined ? 'No platform is recognised' : `This is ${platform.name}`;
  const facts = { platform: platform?.name, mode, freezes: platform?.freezes };
  const findings = [
    found('freeze.mode', 'info', `${where}: spans leave by "${mode}", ${MEANS[mode]}.`, { facts }),
  ];
  if (isImpossible)
    findings.push(
      found(
        'freeze.extension',
        'warn',
        `SANDSCOPE_EXPORT is "extension", but there is no Extensions API here: "${usual}" is used.`,
        {
          fix: 'Remove SANDSCOPE_EXPORT: the SDK chooses by platform.',
        },
      ),
    );
  if (mode === 'batch' && platform?.freezes === true)
    findings.push(
      found(
        'freeze.batch',
        'warn',
        `${platform.name} freezes sandboxes between invocations, and "batch" sends in the background: spans come late, or are lost with the sandbox.`,
        {
          fix: `Remove SANDSCOPE_EXPORT, which gives "${usual}".`,
        },
      ),
    );
  return findings;
}
