import { messageOf } from '../errors.ts';
import type { Host, Hosts } from '../hosts.ts';
import type { PlacementPolicy } from '../placement/policy.ts';
import type { PolicySpec } from '../policy-registry.ts';
import type { Truth } from '../truth.ts';
import type { HostScalingPolicy } from './policy.ts';

/** The longest possible timer. */
const MAX_TIMER_MILLIS = 2 ** 31 - 1;

export interface RegionHostsOptions {
  readonly region: string;
  readonly hosts: Hosts;
  /** Zones of the region, at least one; the only one is undefined if there are none. */
  readonly zones: readonly (string | undefined)[];
  readonly placement: PlacementPolicy;
  readonly scaling: HostScalingPolicy;
  /** The policy as configured, for the truth. */
  readonly spec: PolicySpec;
  /** Number of sandboxes that are alive on a host, of all functions. */
  readonly loadOf: (host: Host) => number;
  readonly truth: Truth;
  readonly log: (message: string) => void;
  readonly onAdded: (host: Host) => void;
  /** Resolves when nothing runs on it any more. */
  readonly onRemoved: (host: Host) => Promise<void>;
}

/** The hosts of one region: chooses one for each new sandbox, adds hosts and removes them. */
export class RegionHosts {
  readonly #options: RegionHostsOptions;
  readonly #hosts: Host[];
  /** Never fewer than these. */
  readonly #least: number;
  /** Of hosts without a sandbox. */
  readonly #emptyTimers = new Map<Host, NodeJS.Timeout>();
  #stopped = false;

  constructor(options: RegionHostsOptions) {
    this.#options = options;
    this.#hosts = options.hosts.hosts.filter(({ region }) => region === options.region);
    this.#least = this.#hosts.length;
  }

  get all(): readonly Host[] {
    return this.#hosts;
  }

  /** The host of a new sandbox, perhaps one that is only starting; undefined if there is no room for another. */
  place(): Host | undefined {
    const { placement, scaling, loadOf } = this.#options;
    let free = this.#hosts.filter((host) => loadOf(host) < scaling.capacity);
    if (free.length === 0) {
      if (!scaling.adds(this.#hosts.length)) return undefined;
      free = [this.#add()];
    }
    const host = free[placement.place(free.map(loadOf), free)]!;
    clearTimeout(this.#emptyTimers.get(host));
    this.#emptyTimers.delete(host);
    return host;
  }

  /** A sandbox of a host has ended. */
  released(host: Host): void {
    const { scaling, loadOf } = this.#options;
    if (this.#stopped || scaling.emptyLimitMillis === Infinity || loadOf(host) > 0) return;
    clearTimeout(this.#emptyTimers.get(host));
    const since = performance.now();
    const timer = setTimeout(
      () => this.#remove(host, since),
      Math.min(scaling.emptyLimitMillis, MAX_TIMER_MILLIS),
    );
    this.#emptyTimers.set(host, timer);
  }

  /** No host is added or removed any more. */
  stop(): void {
    this.#stopped = true;
    for (const timer of this.#emptyTimers.values()) clearTimeout(timer);
  }

  #add(): Host {
    const { region, hosts, scaling, spec, truth, log, onAdded } = this.#options;
    const host = hosts.add(region, this.#emptiestZone(), scaling.startMillis);
    this.#hosts.push(host);
    const since = performance.now();
    host.started.then(
      ({ boot }) =>
        truth.record({
          event: 'host',
          ...ofHost(host),
          mode: hosts.mode,
          ...boot,
          added: { ...spec, startedMillis: Math.round(performance.now() - since) },
        }),
      (error: unknown) => this.#stopped || log(`${host.id} did not start: ${messageOf(error)}`),
    );
    onAdded(host);
    return host;
  }

  /** The zone with the fewest hosts; the first of several. */
  #emptiestZone(): string | undefined {
    const count = (zone: string | undefined): number =>
      this.#hosts.filter((host) => host.zone === zone).length;
    return this.#options.zones.reduce((best, zone) => (count(zone) < count(best) ? zone : best));
  }

  #remove(host: Host, emptySince: number): void {
    this.#emptyTimers.delete(host);
    if (this.#stopped || this.#hosts.length <= this.#least) return;
    const { hosts, truth, onRemoved, log } = this.#options;
    this.#hosts.splice(this.#hosts.indexOf(host), 1);
    truth.record({
      event: 'host_end',
      ...ofHost(host),
      emptyMillis: Math.round(performance.now() - emptySince),
    });
    onRemoved(host)
      .then(() => hosts.remove(host))
      .catch((error: unknown) => log(`${host.id} did not end cleanly: ${messageOf(error)}`));
  }
}

/** A host as the truth names it. */
export function ofHost({ id, region, zone }: Host): { host: string; region: string; zone?: string } {
  return { host: id, region, ...(zone !== undefined && { zone }) };
}
