import { basisOf, estimate } from '../../../schema/index.ts';
import type { BasisValue, EstimateValue } from '../../../schema/index.ts';
import { benjaminiHochberg } from '../../../statistics/index.ts';
import type { DeploymentLives, Resource } from './evidence.ts';
import { LIFE_CALLS, RESOURCES } from './evidence.ts';
import { NEEDED_LIVES, NEEDED_SEGMENTS, pooledSlope } from './slope.ts';
import type { Slope } from './slope.ts';

/** The growth of one resource. */
export interface Growth {
  readonly resource: Resource;
  readonly perCall: EstimateValue;
  readonly latest: number;
  readonly p: number;
  /** Corrected over all resources of all deployments of the answer. */
  readonly q: number;
  readonly leaks: boolean;
  readonly limit?: number;
  /** Call of a life at which the limit is reached; only for leaks. */
  readonly limitCall?: EstimateValue;
}

export interface LeakAnswer {
  readonly deployment: DeploymentLives;
  readonly resources: readonly Growth[];
  readonly basis: BasisValue;
}

/** Share of alarms that may be false. */
const FALSE_ALARMS = 0.05;
/** Lambda's documented limits for one execution environment. */
const LAMBDA_DESCRIPTORS = 1_024;
const LAMBDA_THREADS = 1_024;

/**
 * Which resources grow during a sandbox's life. All are judged together, because each additional test is another chance
 * of error.
 */
export function judgeLeaks(deployments: readonly DeploymentLives[]): LeakAnswer[] {
  const found = deployments.map((deployment) =>
    RESOURCES.flatMap((resource) => {
      const slope = pooledSlope(deployment.lives.map(({ segments }) => segments.get(resource) ?? []));
      return slope === undefined ? [] : [{ resource, slope }];
    }),
  );
  const adjusted = benjaminiHochberg(found.flat().map(({ slope }) => slope.p));
  let next = 0;
  return deployments.map((deployment, index) => {
    const resources = found[index]!.map(({ resource, slope }) => {
      next += 1;
      return growthOf(resource, slope, adjusted[next - 1]!, limitOf(resource, deployment));
    });
    return { deployment, resources, basis: basisFor(deployment, resources) };
  });
}

function growthOf(resource: Resource, slope: Slope, q: number, limit: number | undefined): Growth {
  const { lives, perCall, low, high, latest, p } = slope;
  const leaks = q <= FALSE_ALARMS;
  return {
    resource,
    perCall: estimate(lives, perCall, low, high),
    latest,
    p,
    q,
    leaks,
    ...(limit !== undefined && { limit }),
    ...(leaks && limit !== undefined && { limitCall: reached(limit, slope) }),
  };
}

/** The capacity left at the start of a life divided by the use per call: their relative errors add as squares. */
function reached(limit: number, { perCall, low, atStart, atStartHalf, lives }: Slope): EstimateValue {
  const room = limit - atStart;
  if (room <= 0) return estimate(lives, 1, 1, 1);
  const calls = room / perCall;
  const share = Math.hypot(1 - low / perCall, atStartHalf / room);
  const atLeast1 = (call: number): number => Math.max(1, call);
  return estimate(
    lives,
    atLeast1(calls),
    atLeast1(calls / (1 + share)),
    share < 1 ? atLeast1(calls / (1 - share)) : undefined,
  );
}

function limitOf(
  resource: Resource,
  { row, memoryLimitBytes, tempBytes }: DeploymentLives,
): number | undefined {
  const isLambda = row.platform === 'aws_lambda';
  switch (resource) {
    case 'rss':
    case 'heap':
    case 'external':
      return memoryLimitBytes;
    case 'temp-bytes':
      return tempBytes;
    case 'descriptors':
    case 'sockets':
      return isLambda ? LAMBDA_DESCRIPTORS : undefined;
    case 'threads':
      return isLambda ? LAMBDA_THREADS : undefined;
    default:
      return undefined;
  }
}

function basisFor({ lives }: DeploymentLives, resources: readonly Growth[]): BasisValue {
  const told = new Set(resources.map(({ resource }) => resource));
  const absent = RESOURCES.filter((resource) => !told.has(resource));
  return basisOf(
    lives.length,
    NEEDED_LIVES,
    `lives of ${LIFE_CALLS} calls`,
    [`lives of processes with at least ${LIFE_CALLS} calls, their first quarter left out as warm-up`],
    absent.length > 0
      ? [`${absent.join(', ')}: not reported in ${NEEDED_SEGMENTS} of 8 parts of enough lives`]
      : [],
  );
}
