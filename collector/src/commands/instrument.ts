import type { Option, Settings } from '../config/index.ts';
import { badOption, readSecurity } from '../config/index.ts';
import { CollectorError } from '../errors/errors.ts';
import type { FunctionSettings, Lambda, Restored } from '../lambda/index.ts';
import {
  differenceOf,
  instrument,
  LAYER_NAME,
  newestLayer,
  readFunction,
  requireRuntime,
  restore,
  updateFunction,
  withLambda,
} from '../lambda/index.ts';
import type { Secret } from '../security/index.ts';
import type { Command } from './command.ts';
import { REGION_OPTION } from './layer.ts';
import { sendingToken } from './sending-token.ts';

const COMMON_OPTIONS: readonly Option[] = [
  REGION_OPTION,
  { name: 'dry-run', help: 'show what would change, and change nothing' },
  { name: 'json', help: 'one line of JSON' },
];

const PERMISSIONS =
  'lambda:GetFunctionConfiguration, lambda:GetFunction and lambda:UpdateFunctionConfiguration';

/** Adds the layer to an AWS Lambda function. */
export const instrumentFunction: Command = {
  name: 'instrument',
  summary: 'add the layer to an AWS Lambda function, and set the address for its spans',
  positionals: ['FUNCTION'],
  options: [
    {
      name: 'endpoint',
      value: 'URL',
      help: 'the address at which the function reaches the collector; required',
    },
    {
      name: 'token-file',
      value: 'FILE',
      help: 'file with the token for it, which is stored in a variable of the function',
    },
    {
      name: 'layer',
      value: 'NAME',
      help: 'the layer, whose newest version is used, or the ARN of a version',
      fallback: LAYER_NAME,
    },
    {
      name: 'chain-wrapper',
      help: 'run the wrapper script the function already has after Sandscope’s',
    },
    { name: 'replace', help: 'replace the address the function already sends telemetry to' },
    ...COMMON_OPTIONS,
  ],
  notes: `The previous settings are kept in a variable of the function, for uninstrument. Needs ${PERMISSIONS},
lambda:ListLayerVersions and lambda:GetLayerVersion. Only $LATEST is changed.`,
  run: async (settings) => {
    const endpoint = endpointOf(settings);
    const { ingestTokens } = readSecurity(settings);
    const token = sendingToken(ingestTokens ?? {});
    await change(settings, 'instrumented', async (lambda, found) => {
      requireRuntime(found);
      const wanted = {
        layer: await layerArn(lambda, settings.text('layer') ?? LAYER_NAME),
        endpoint,
        chainWrapper: settings.flag('chain-wrapper'),
        replace: settings.flag('replace'),
        ...(token && { token: token satisfies Secret }),
      };
      return { settings: instrument(found, wanted), changedSince: restore(found).changedSince };
    });
  },
};

/** Removes the layer again. */
export const uninstrumentFunction: Command = {
  name: 'uninstrument',
  summary: 'restore the settings of an AWS Lambda function from before instrument',
  positionals: ['FUNCTION'],
  options: COMMON_OPTIONS,
  notes: `Restores the layers and variables from before "instrument"; what was changed since by others stays. Needs
${PERMISSIONS}.`,
  run: (settings) => change(settings, 'uninstrumented', async (_, found) => restore(found)),
};

type After = Pick<Restored, 'settings' | 'changedSince'>;
type Found = Awaited<ReturnType<typeof readFunction>>;

async function change(
  settings: Settings,
  done: string,
  plan: (lambda: Lambda, found: Found) => Promise<After>,
): Promise<void> {
  const name = functionOf(settings);
  const isDry = settings.flag('dry-run');
  const { before, after } = await withLambda(
    settings.text('region'),
    `the function ${name} cannot be changed`,
    async (lambda) => {
      const found = await readFunction(lambda, name);
      const planned = await plan(lambda, found);
      const isSame = differenceOf(found, planned.settings).length === 0;
      if (!isSame && !isDry) await updateFunction(lambda, name, planned.settings, found.revisionId);
      return { before: found, after: planned };
    },
  );
  tell({ name, done, isDry, asJson: settings.flag('json') }, before, after);
}

function tell(
  { name, done, isDry, asJson }: { name: string; done: string; isDry: boolean; asJson: boolean },
  before: FunctionSettings,
  { settings, changedSince }: After,
): void {
  const difference = differenceOf(before, settings);
  if (asJson) {
    const changed = difference.length > 0 && !isDry;
    return print(JSON.stringify({ function: name, changed, difference, changedSince }));
  }
  for (const { sign, what } of difference) print(`${sign} ${what}`);
  for (const variable of changedSince)
    process.stderr.write(`sandscope: ${variable} was changed after instrumentation and is left unchanged\n`);
  if (difference.length === 0) print(`nothing to change: ${name} is ${done}`);
  else print(isDry ? `${name} would be ${done}; nothing was changed` : `${name} is ${done}`);
}

function functionOf(settings: Settings): string {
  const [name] = settings.positionals;
  if (name === undefined) throw badOption('the name or ARN of a function is missing');
  const isArn = name.startsWith('arn:');
  const qualifier = isArn ? name.split(':')[7] : name.split(':')[1];
  if (qualifier === undefined || qualifier === '$LATEST') return name;
  throw badOption(`"${name}" names a version or an alias, and only $LATEST can be changed`);
}

function endpointOf(settings: Settings): string {
  const given = settings.setting('endpoint');
  if (given === undefined) throw badOption('instrument needs the address of the collector: --endpoint');
  const { text, name } = given;
  const url = URL.parse(text);
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    throw badOption(`${name} is not an http or https URL: "${text}"`);
  if (url.username !== '' || url.password !== '')
    throw badOption(
      `${name} holds a user or a password, which would be readable in the function: use --token-file`,
    );
  return text.replace(/\/v1\/traces\/?$/, '').replace(/\/+$/, '');
}

async function layerArn(lambda: Lambda, layer: string): Promise<string> {
  if (/^arn:[^:]*:lambda:.*:layer:[^:]+:\d+$/.test(layer)) return layer;
  const newest = await newestLayer(lambda, layer);
  if (newest !== undefined) return newest.arn;
  throw new CollectorError(
    'ERR_LAYER_NOT_FOUND',
    `there is no layer ${layer} in this region and account: sandscope layer publish`,
  );
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
