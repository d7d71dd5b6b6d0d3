import { badOption } from '../config/index.ts';
import type { Settings } from '../config/index.ts';
import { publishSizes, removeSizes, sizeTemplate, withLambda } from '../lambda/index.ts';

/** Versions of a Lambda function, one for each memory size of an experiment. */
export interface PublishedSizes {
  /** The value of the experiment's parameter `function`. */
  readonly template: string;
  readonly publish: () => Promise<void>;
  readonly remove: () => Promise<void>;
}

/**
 * The versions that `--publish-sizes` asks for; undefined without that option.
 *
 * @throws {CollectorError} `ERR_OPTION` where it does not apply
 */
export function publishedSizes(
  settings: Settings,
  parameters: Readonly<Record<string, unknown>>,
): PublishedSizes | undefined {
  if (!settings.flag('publish-sizes')) return undefined;
  const name = settings.text('lambda');
  if (name === undefined || settings.text('lambda-endpoint') !== undefined)
    throw badOption('--publish-sizes is for functions on AWS: use --lambda NAME without --lambda-endpoint');
  if (isQualified(name))
    throw badOption('--publish-sizes publishes its own versions: name the function without a version');
  const { sizes } = parameters;
  if (!Array.isArray(sizes) || sizes.length === 0)
    throw badOption(
      '--publish-sizes is for experiments over memory sizes: memory, or perf-cost with --set sizes=…',
    );
  const region = settings.text('region');
  return {
    template: sizeTemplate(name),
    publish: () =>
      withLambda(region, `versions of ${name} cannot be published`, (lambda) =>
        publishSizes(lambda, name, sizes as number[]),
      ),
    remove: async () =>
      void (await withLambda(region, `versions of ${name} cannot be removed`, (lambda) =>
        removeSizes(lambda, name),
      )),
  };
}

/** `sandscope probe clean --lambda NAME`: deletes what an interrupted run left behind in AWS. */
export async function cleanProbe(settings: Settings): Promise<void> {
  const name = settings.text('lambda');
  if (name === undefined)
    throw badOption('sandscope probe clean needs --lambda NAME: runs only create something in AWS');
  if (settings.text('lambda-endpoint') !== undefined)
    throw badOption('sandscope probe clean is for functions on AWS: leave out --lambda-endpoint');
  const { aliases, versions, memoryMb } = await withLambda(
    settings.text('region'),
    `${name} cannot be cleaned`,
    (lambda) => removeSizes(lambda, name),
  );
  const restored = memoryMb === undefined ? '' : `; its memory size is ${memoryMb} MB again`;
  process.stdout.write(`${name}: ${aliases} aliases and ${versions} versions removed${restored}\n`);
}

/** True when a name or ARN includes a version or alias. */
function isQualified(name: string): boolean {
  return name.startsWith('arn:') ? name.split(':').length > 7 : name.includes(':');
}
