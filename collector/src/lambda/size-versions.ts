import type { Lambda } from './lambda-client.ts';
import { MAX_WAIT_SECONDS, settled } from './lambda-client.ts';

/**
 * Prefix of the description of versions and aliases that we made. Those of others have a different description,
 * whatever their name.
 */
const DESCRIPTION = 'sandscope probe';
/** Tag on the function while its memory size is changed: the original size, MB. */
const MEMORY_TAG = 'sandscope-probe-memory-mb';

/** The function name for calls with a memory size; `{memory}` is a placeholder for the size. */
export const sizeTemplate = (name: string): string => `${name}:sandscope-{memory}`;

/** What {@link removeSizes} removed. */
export interface RemovedSizes {
  readonly aliases: number;
  readonly versions: number;
  /** MB, if the function had been left with another size. */
  readonly memoryMb?: number;
}

/**
 * Publishes a version of a function for each memory size, with the alias `sandscope-SIZE`, and then restores the
 * function's own size. While the size is changed, a tag stores the original one, so that {@link removeSizes} can
 * restore it even after a crash.
 *
 * @param sizes MB
 */
export async function publishSizes(lambda: Lambda, name: string, sizes: readonly number[]): Promise<void> {
  const { client, sdk } = lambda;
  const { FunctionArn, MemorySize } = await client.send(
    new sdk.GetFunctionConfigurationCommand({ FunctionName: name }),
  );
  if (FunctionArn === undefined || MemorySize === undefined)
    throw new Error(`AWS returned no memory size for ${name}`);
  await client.send(
    new sdk.TagResourceCommand({ Resource: FunctionArn, Tags: { [MEMORY_TAG]: String(MemorySize) } }),
  );
  try {
    for (const size of sizes) {
      await resize(lambda, name, size);
      const { Version } = await client.send(
        new sdk.PublishVersionCommand({ FunctionName: name, Description: `${DESCRIPTION}, ${size} MB` }),
      );
      await sdk.waitUntilPublishedVersionActive(
        { client, maxWaitTime: MAX_WAIT_SECONDS, minDelay: 1, maxDelay: 5 },
        { FunctionName: name, Qualifier: Version },
      );
      await pointAlias(lambda, name, size, Version);
    }
  } finally {
    await restoreSize(lambda, name, FunctionArn, MemorySize);
  }
}

/**
 * Removes the versions and aliases of {@link publishSizes}, and restores the function's memory size if it was changed.
 * Everything else stays.
 */
export async function removeSizes(lambda: Lambda, name: string): Promise<RemovedSizes> {
  const { client, sdk } = lambda;
  const aliases = await listAliases(lambda, name);
  for (const alias of aliases)
    await client.send(new sdk.DeleteAliasCommand({ FunctionName: name, Name: alias }));
  const versions = await listVersions(lambda, name);
  for (const version of versions)
    await client.send(new sdk.DeleteFunctionCommand({ FunctionName: name, Qualifier: version }));
  const { Configuration, Tags } = await client.send(new sdk.GetFunctionCommand({ FunctionName: name }));
  const memoryMb = Number(Tags?.[MEMORY_TAG]);
  const arn = Configuration?.FunctionArn;
  if (!Number.isInteger(memoryMb) || arn === undefined)
    return { aliases: aliases.length, versions: versions.length };
  await restoreSize(lambda, name, arn, memoryMb);
  return { aliases: aliases.length, versions: versions.length, memoryMb };
}

async function resize(lambda: Lambda, name: string, memoryMb: number): Promise<void> {
  const { client, sdk } = lambda;
  await client.send(new sdk.UpdateFunctionConfigurationCommand({ FunctionName: name, MemorySize: memoryMb }));
  await settled(lambda, name);
}

async function restoreSize(lambda: Lambda, name: string, arn: string, memoryMb: number): Promise<void> {
  await resize(lambda, name, memoryMb);
  await lambda.client.send(new lambda.sdk.UntagResourceCommand({ Resource: arn, TagKeys: [MEMORY_TAG] }));
}

/** @throws {Error} if there is an alias of that name that others made */
async function pointAlias(
  lambda: Lambda,
  name: string,
  size: number,
  version: string | undefined,
): Promise<void> {
  const { client, sdk } = lambda;
  const alias = `sandscope-${size}`;
  const pointing = {
    FunctionName: name,
    Name: alias,
    FunctionVersion: version,
    Description: `${DESCRIPTION}, ${size} MB`,
  };
  try {
    await client.send(new sdk.CreateAliasCommand(pointing));
  } catch (error) {
    if ((error as Error).name !== 'ResourceConflictException') throw error;
    // Left behind by an interrupted run, or made by somebody else.
    if (!(await listAliases(lambda, name)).includes(alias))
      throw new Error(`the alias ${alias} already exists and was not made by sandscope`, { cause: error });
    await client.send(new sdk.UpdateAliasCommand(pointing));
  }
}

/** Our aliases. */
async function listAliases({ client, sdk }: Lambda, name: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { Aliases = [] } of sdk.paginateListAliases({ client }, { FunctionName: name }))
    for (const { Name, Description } of Aliases)
      if (Name !== undefined && isOurs(Description)) found.push(Name);
  return found;
}

/** Our versions. An existing version with the same code and size has a different description, and stays. */
async function listVersions({ client, sdk }: Lambda, name: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { Versions = [] } of sdk.paginateListVersionsByFunction(
    { client },
    { FunctionName: name },
  )) {
    for (const { Version, Description } of Versions)
      if (Version !== undefined && Version !== '$LATEST' && isOurs(Description)) found.push(Version);
  }
  return found;
}

const isOurs = (description: string | undefined): boolean => description?.startsWith(DESCRIPTION) === true;
