import { Type } from '@fastify/type-provider-typebox';
import { isoTime } from '../../../schema/index.ts';
import { toldDeployment } from '../../deployment-sql.ts';
import type { DeploymentRow } from '../../deployment-sql.ts';
import { groupBy } from '../../lifelines.ts';
import { defineQuestion } from '../question.ts';
import { keyOf, loadPackages, loadSandboxes, loadVersions, placeOf } from './evidence.ts';
import type { PackageTime, VersionCounts, VersionSandboxes, VersionUse } from './evidence.ts';
import { judgeDeploy } from './judge.ts';
import type { Side } from './judge.ts';
import { answer } from './schema.ts';

/** The changes that deploys caused. */
export const versions = defineQuestion({
  name: 'versions',
  operationId: 'getVersions',
  summary:
    'What a deploy changed: initialisation, first call, duration, memory, errors, with interval, power and a verdict',
  description:
    'Each version or memory size of a function, compared with the one before it. Method and worked example: docs/questions/versions.md.',
  tag: 'functions',
  asked: {
    limit: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 200,
        default: 20,
        description: 'Maximum number of deploys, newest first. Default 20.',
      }),
    ),
  },
  answer,
  list: 'deploys',
  ask: async ({ store, scope, parameters: { limit = 20 } }) => {
    const uses = await loadVersions(store, scope);
    const pairs = [...groupBy(uses, placeOf).values()]
      .flatMap(deploysOf)
      .sort(([, a], [, b]) => b.fromMs - a.fromMs || (placeOf(a) < placeOf(b) ? -1 : 1));
    const shown = pairs.slice(0, limit);
    const names = [...new Set(shown.map(([, after]) => after.function))];
    const [sandboxes, packages] = await Promise.all([
      loadSandboxes(store, scope, names),
      loadPackages(store, scope, names),
    ]);
    const deploys = shown.map((pair) => {
      const [before, after] = pair.map((use) => sideOf(use, sandboxes, packages)) as [Side, Side];
      const found = judgeDeploy(before, after);
      return Object.assign(
        {
          function: after.counts.function,
          deployment: toldDeployment(after.counts).deployment,
          before: shownSide(before.counts),
          after: shownSide(after.counts),
        },
        found,
        {
          changes: [...found.changes],
          packages: [...found.packages],
          restsOn: [...found.restsOn],
          missing: [...found.missing],
        },
      );
    });
    return { scope, truncated: pairs.length > limit, body: { deploys } };
  },
});

/** Versions in order of appearance, each with its predecessor. */
function deploysOf(versions: readonly VersionUse[]): [VersionUse, VersionUse][] {
  const inOrder = versions.toSorted((a, b) => a.fromMs - b.fromMs || (a.version < b.version ? -1 : 1));
  return inOrder.slice(1).map((after, index) => [inOrder[index]!, after]);
}

function sideOf(
  use: VersionUse,
  { samples, countOf }: VersionSandboxes,
  packages: readonly PackageTime[],
): Side {
  const key = keyOf(use);
  return {
    counts: { ...use, sandboxes: countOf(use) },
    samples: samples.filter((one) => keyOf(one) === key),
    packages: packages.filter((one) => isOfVersion(one, use)),
  };
}

/** An initialisation may tell less about its deployment than a call. */
function isOfVersion(one: DeploymentRow, use: DeploymentRow): boolean {
  const isSame = (field: 'account_id' | 'region' | 'platform'): boolean =>
    one[field] === '' || one[field] === use[field];
  return (
    one.function === use.function &&
    one.version === use.version &&
    isSame('account_id') &&
    isSame('region') &&
    isSame('platform')
  );
}

function shownSide({
  version,
  memoryBytes,
  fromMs,
  toMs,
  invocations,
  coldStarts,
  sandboxes,
}: VersionCounts) {
  return {
    version,
    ...(memoryBytes > 0 && { memoryMb: memoryBytes / 2 ** 20 }),
    from: isoTime(fromMs),
    to: isoTime(toMs),
    invocations,
    coldStarts,
    sandboxes,
  };
}
