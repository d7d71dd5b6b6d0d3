import type { Random } from '../../../statistics/index.ts';
import { neighboursOf } from './contention.ts';
import type { SandboxSlot } from './evidence.ts';
import { judgeCpu } from './judge.ts';

const MODELS = ['Xeon 2.5', 'Xeon 3.0', 'EPYC'] as const;

interface World {
  readonly random: Random;
  readonly sandboxes?: number;
  readonly slots?: number;
  /** How signals stretch the calls of a slot; default not at all. */
  readonly effect?: (signals: { throttled: number; steal: number; load: number }) => number;
  /** Logarithm of the time on a model. */
  readonly model?: (name: string) => number;
}

/** Sandboxes of one deployment: autocorrelated noise and signals, and permanent differences between sandboxes. */
export function simulatedSlots(
  name: string,
  { random, sandboxes = 8, slots = 24, effect = () => 0, model = () => 0 }: World,
): SandboxSlot[] {
  const follow = (before: number): number => 0.6 * before + 0.8 * random.normal();
  const made: SandboxSlot[] = [];
  for (let sandbox = 0; sandbox < sandboxes; sandbox += 1) {
    const cpuModel = MODELS[random.below(MODELS.length)]!;
    const own = 0.2 * random.normal() + model(cpuModel);
    let [noise, throttle, steal, load] = [random.normal(), random.normal(), random.normal(), random.normal()];
    for (let slot = 0; slot < slots; slot += 1) {
      noise = follow(noise);
      throttle = follow(throttle);
      steal = follow(steal);
      load = follow(load);
      const signals = {
        throttled: Math.min(0.9, Math.exp(throttle - 3)),
        steal: Math.min(0.9, Math.exp(steal - 4)),
        load: Math.exp(load),
      };
      const logStretch = own + 0.1 * noise + effect(signals);
      made.push({
        function: name,
        version: '1',
        account_id: '',
        region: '',
        platform: 'aws_lambda',
        memoryMb: 512,
        architecture: 'amd64',
        cpuModel,
        environment: `${name} ${sandbox}`,
        slot: slot + 100_000,
        n: 20,
        logWall: logStretch,
        logCpu: own,
        logStretch,
        meanMs: Math.exp(logStretch),
        busyMs: 1e4 * signals.load,
        throttled: signals.throttled,
        steal: signals.steal,
      });
    }
  }
  return made;
}

/** Two sandboxes share a host. */
export const hostOf = ({ environment }: Pick<SandboxSlot, 'environment'>): string => {
  const [name, number] = environment.split(' ') as [string, string];
  return `${name} host ${Math.floor(Number(number) / 2)}`;
};

export function judgedSlots(deployments: readonly SandboxSlot[][]) {
  const slots = deployments.flat();
  return judgeCpu(deployments, neighboursOf(slots, slots, hostOf));
}
