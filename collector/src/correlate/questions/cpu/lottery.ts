import { stratifiedAssociation, twoSidedT } from '../../../statistics/index.ts';
import type { EstimateValue } from '../../../schema/index.ts';
import { estimate } from '../../../schema/index.ts';
import type { SandboxSlot } from './evidence.ts';
import { SLOT_SECONDS } from './evidence.ts';

/** The effect of a CPU model on the calls of a deployment. */
export interface ModelEffect {
  readonly model: string;
  readonly sandboxes: number;
  readonly calls: number;
  /** Share of all calls, 0 to 1. */
  readonly share: number;
  /** Duration of a call relative to other models, compared within hours. */
  readonly time: EstimateValue;
  /** The same for CPU time. */
  readonly cpuTime: EstimateValue;
  /** For no difference in time; absent if it cannot be tested. */
  readonly p?: number;
}

/** One sandbox: its CPU was assigned once, so it counts once. */
interface Unit {
  readonly model: string;
  readonly stratum: number;
  readonly calls: number;
  readonly logWall: number;
  readonly logCpu: number | undefined;
}

const STRATUM_SLOTS = 3_600 / SLOT_SECONDS;

/**
 * The CPU lottery: the effect of each CPU model on time. The unit is the sandbox, which got its CPU at its start.
 * Sandboxes are compared with those that started in the same hour with the same memory size.
 *
 * @param slots of one deployment
 */
export function judgeLottery(slots: readonly SandboxSlot[]): ModelEffect[] {
  const units = unitsOf(slots.filter(({ cpuModel }) => cpuModel !== ''));
  const calls = units.reduce((sum, unit) => sum + unit.calls, 0);
  const models = [...new Set(units.map(({ model }) => model))].sort();
  return models.map((model) => effectOf(model, units, calls));
}

function effectOf(model: string, units: readonly Unit[], calls: number): ModelEffect {
  const own = units.filter((unit) => unit.model === model);
  const ownCalls = own.reduce((sum, unit) => sum + unit.calls, 0);
  const tested = stratifiedAssociation(
    units.map((unit) => Number(unit.model === model)),
    units.map(({ logWall }) => logWall),
    units.map(({ stratum }) => stratum),
    { alternative: 'two-sided' },
  );
  const withCpu = units.filter(({ logCpu }) => logCpu !== undefined);
  return {
    model,
    sandboxes: own.length,
    calls: ownCalls,
    share: ownCalls / calls,
    time: ratioOf(units, model, ({ logWall }) => logWall),
    cpuTime: ratioOf(withCpu, model, ({ logCpu }) => logCpu ?? NaN),
    ...(tested && { p: tested.p }),
  };
}

function unitsOf(slots: readonly SandboxSlot[]): Unit[] {
  const bySandbox = new Map<string, SandboxSlot[]>();
  for (const slot of slots) {
    const key = `${slot.environment} ${slot.memoryMb}`;
    const own = bySandbox.get(key);
    if (own) own.push(slot);
    else bySandbox.set(key, [slot]);
  }
  return [...bySandbox.values()].map((own) => {
    const calls = own.reduce((sum, { n }) => sum + n, 0);
    const mean = (of: (slot: SandboxSlot) => number | undefined): number | undefined => {
      const told = own.filter((slot) => of(slot) !== undefined);
      const weight = told.reduce((sum, { n }) => sum + n, 0);
      return weight === 0 ? undefined : told.reduce((sum, slot) => sum + slot.n * of(slot)!, 0) / weight;
    };
    const first = Math.floor(Math.min(...own.map(({ slot }) => slot)) / STRATUM_SLOTS);
    return {
      model: own[0]!.cpuModel,
      // A factor far above the number of hours separates memory sizes.
      stratum: first * 65_536 + own[0]!.memoryMb,
      calls,
      logWall: mean(({ logWall }) => logWall)!,
      logCpu: mean(({ logCpu }) => logCpu),
    };
  });
}

/**
 * Ratio of geometric means, one model against the others, within strata: differences of means, weighted by the
 * precision of each stratum, with the pooled within-group variance.
 */
function ratioOf(units: readonly Unit[], model: string, value: (unit: Unit) => number): EstimateValue {
  const strata = new Map<number, { own: number[]; others: number[] }>();
  for (const unit of units) {
    const stratum = strata.get(unit.stratum) ?? { own: [], others: [] };
    strata.set(unit.stratum, stratum);
    (unit.model === model ? stratum.own : stratum.others).push(value(unit));
  }
  let weight = 0;
  let sum = 0;
  let squares = 0;
  let freedom = 0;
  let n = 0;
  for (const { own, others } of strata.values()) {
    for (const group of [own, others]) {
      const middle = meanOf(group);
      for (const one of group) squares += (one - middle) ** 2;
      freedom += Math.max(0, group.length - 1);
    }
    if (own.length === 0 || others.length === 0) continue;
    const tells = (own.length * others.length) / (own.length + others.length);
    weight += tells;
    sum += tells * (meanOf(own) - meanOf(others));
    n += own.length;
  }
  if (weight === 0) return estimate(n);
  const difference = sum / weight;
  if (freedom < 1) return estimate(n, Math.exp(difference));
  const half = twoSidedT(0.95, freedom) * Math.sqrt(squares / freedom / weight);
  return estimate(n, Math.exp(difference), Math.exp(difference - half), Math.exp(difference + half));
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
