import { seededRandom } from '../../../collector/src/statistics/index.ts';
import type { Random } from '../../../collector/src/statistics/index.ts';
import { Heap } from './heap.ts';
import { drawLife, halvingLife } from './laws.ts';
import { arrivals } from './loads.ts';
import type { Law, Roll, Scenario } from './scenario.ts';

export type TrueCause = 'idle' | 'age' | 'deploy' | 'time-out';

/** The truth about a sandbox; seconds from the start of the run. */
export interface TrueSandbox {
  readonly id: number;
  readonly version: number;
  readonly born: number;
  /** Absent while it exists. */
  died?: number;
  cause?: TrueCause;
  /** Start and end of each call. */
  readonly calls: TrueCall[];
  /** Snapshot that it was cloned from; otherwise its own id. */
  readonly snapshot: number;
}

export interface TrueCall {
  readonly start: number;
  readonly end: number;
  readonly init?: number;
  readonly outcome?: 'time-out';
  /** Key of the call: whom it is for. */
  readonly key: number;
  /** The process ended with it and another one replaced it. */
  restarts: boolean;
}

/** A call that took one of several idle sandboxes, for the truth about orders. */
export interface TruePicks {
  /** Calls that found more than one idle sandbox. */
  choices: number;
  /** Cold clusters although a sandbox was idle, and all clusters with one idle. */
  slips: number;
  chances: number;
}

/** Why a sandbox was started: what would have taken the call if nothing had been taken away. */
export type TrueColdCause = 'first' | 'scale-out' | 'not-reused' | TrueCause;

/** A call that a sandbox was started for. */
export interface TrueStart {
  readonly id: number;
  readonly why: TrueColdCause;
  /** Nobody waited for it. */
  readonly isPing: boolean;
}

export interface Run {
  readonly seconds: number;
  readonly sandboxes: readonly TrueSandbox[];
  readonly picks: TruePicks;
  readonly starts: readonly TrueStart[];
  readonly deploys: readonly number[];
}

interface Live {
  readonly truth: TrueSandbox;
  busy: number;
  idleSince: number;
  /** When it goes if it stays idle. */
  goesAt: number;
  goesBy: TrueCause;
  /** Its turn in a rolling deploy. */
  stopsAt: number;
  /** When it would go from idleness alone. */
  keptUntil: number;
  lastUsed: number;
  /** Number of idle periods, so that plans for an earlier one are void. */
  spell: number;
}

/** Sandboxes that became idle together, while the batch may still grow. */
interface Batch {
  readonly opened: number;
  readonly members: { readonly live: Live; readonly spell: number }[];
}

const BATCH_SECONDS = 15;
const KEYS = 40;

/** Plays a platform through its load: which sandbox took which call, and when each one really went. */
export function play(scenario: Scenario, seed: number): Run {
  return new Platform(scenario, seededRandom(seed)).run();
}

class Platform {
  readonly #scenario: Scenario;
  readonly #random: Random;
  readonly #seconds: number;
  readonly #slots: number;
  /** Those alive, as of the last check; idle ones ascending by idleSince. */
  #idle: Live[] = [];
  readonly #busy = new Set<Live>();
  readonly #ends = new Heap<{ readonly at: number; readonly live: Live; readonly dies: boolean }>(
    (a, b) => a.at - b.at,
  );
  readonly #sandboxes: TrueSandbox[] = [];
  readonly #lives: Live[] = [];
  readonly #picks: TruePicks = { choices: 0, slips: 0, chances: 0 };
  readonly #starts: TrueStart[] = [];
  /** Sandboxes that another one replaced. */
  readonly #replaced = new Set<Live>();
  /** Random draws that nothing else depends on. */
  readonly #aside: Random;
  readonly #deploys: number[];
  readonly #byKey = new Map<number, Live>();
  #batch: Batch | undefined;
  #version = 1;
  /** Sandboxes of earlier versions take no calls. */
  #oldest = 1;
  readonly #rolls: Roll[];
  #lastTaken = -1;
  #clusterUntil = -1;
  #clusterSlips = false;

  constructor(scenario: Scenario, random: Random) {
    this.#scenario = scenario;
    this.#random = random;
    this.#aside = seededRandom(0x2545f491);
    this.#seconds = (scenario.hours ?? 24) * 3_600;
    this.#slots = scenario.slots ?? 1;
    this.#rolls = [...(scenario.rolls ?? [])];
    this.#deploys = (scenario.deploys ?? []).map((share) => share * this.#seconds);
  }

  run(): Run {
    for (let count = 0; count < (this.#scenario.pool ?? 0); count += 1) this.#rest(this.#create(0), 0);
    const deploys = [...this.#deploys];
    const { load, pingSeconds = Infinity } = this.#scenario;
    let ping = pingSeconds;
    for (const at of arrivals(load, this.#seconds, this.#random)) {
      for (; ping < at; ping += pingSeconds) {
        this.#finish(ping);
        this.#serve(ping, true);
      }
      while (deploys[0] !== undefined && deploys[0] <= at) this.#deploy(deploys.shift()!);
      while (this.#rolls[0] && this.#rolls[0].at * this.#seconds <= at) this.#roll(this.#rolls.shift()!);
      this.#finish(at);
      this.#serve(at);
    }
    while (deploys[0] !== undefined) this.#deploy(deploys.shift()!);
    this.#finish(Infinity);
    this.#closeBatch();
    for (const live of this.#lives) this.#bury(live, this.#seconds);
    return {
      seconds: this.#seconds,
      sandboxes: this.#sandboxes,
      picks: this.#picks,
      starts: this.#starts,
      deploys: this.#deploys,
    };
  }

  #create(at: number): Live {
    const { clones = 0 } = this.#scenario;
    const id = this.#sandboxes.length;
    const from = this.#sandboxes.findLast(({ version }) => version === this.#version);
    const snapshot = from && this.#random.uniform() < clones ? from.snapshot : id;
    const truth: TrueSandbox = { id, version: this.#version, born: at, calls: [], snapshot };
    this.#sandboxes.push(truth);
    const live = {
      truth,
      busy: 0,
      idleSince: Infinity,
      goesAt: Infinity,
      goesBy: 'idle' as TrueCause,
      stopsAt: Infinity,
      keptUntil: Infinity,
      lastUsed: at,
      spell: 0,
    };
    this.#lives.push(live);
    return live;
  }

  /** Ends calls up to a moment. */
  #finish(until: number): void {
    for (let next = this.#ends.peek(); next && next.at <= until; next = this.#ends.peek()) {
      this.#ends.pop();
      const { at, live, dies } = next;
      live.busy -= 1;
      if (dies) {
        this.#busy.delete(live);
        live.truth.died ??= at;
        live.truth.cause ??= 'time-out';
        live.lastUsed = at;
        const { law } = this.#scenario;
        if (law.kind !== 'halving') live.keptUntil = at + drawLife(law, this.#aside);
      } else if (live.busy === 0 && live.truth.died === undefined) {
        this.#busy.delete(live);
        this.#rest(live, at);
      }
    }
  }

  #rest(live: Live, at: number): void {
    const { maxAge = Infinity, pool = 0 } = this.#scenario;
    const law = this.#lawAt(at);
    live.idleSince = at;
    live.lastUsed = at;
    live.keptUntil = Infinity;
    live.spell += 1;
    this.#idle.push(live);
    if (live.truth.id < pool) return;
    if (live.truth.version < this.#oldest) {
      live.goesAt = at;
      live.goesBy = 'deploy';
      const { law: kept } = this.#scenario;
      if (kept.kind !== 'halving') live.keptUntil = at + drawLife(kept, this.#aside);
      return;
    }
    const old = Math.max(at, live.truth.born + maxAge);
    live.goesAt = old;
    live.goesBy = 'age';
    if (live.stopsAt < old) {
      live.goesAt = Math.max(at, live.stopsAt);
      live.goesBy = 'deploy';
    }
    if (law.kind === 'halving') {
      if (this.#batch && at > this.#batch.opened + BATCH_SECONDS) this.#closeBatch();
      this.#batch ??= { opened: at, members: [] };
      this.#batch.members.push({ live, spell: live.spell });
    } else this.#plan(live, at + drawLife(law, this.#random));
  }

  #lawAt(at: number): Law {
    const { law, before } = this.#scenario;
    return before && at < before.until * this.#seconds ? before.law : law;
  }

  #plan(live: Live, at: number): void {
    live.keptUntil = at;
    if (at > live.goesAt) return;
    live.goesAt = at;
    live.goesBy = 'idle';
  }

  /** When each member of a batch goes; those that were used again since have left it. */
  #closeBatch(): void {
    const { law } = this.#scenario;
    if (!this.#batch || law.kind !== 'halving') return;
    const members = this.#batch.members.filter(({ live, spell }) => live.spell === spell && live.busy === 0);
    const places = members.map((_, place) => place);
    for (const { live } of members) {
      const [place = 0] = places.splice(this.#random.below(places.length), 1);
      this.#plan(live, live.idleSince + halvingLife(law, members.length, place));
    }
    this.#batch = undefined;
  }

  /** Records that a sandbox is gone by a moment. @returns whether it is */
  #bury(live: Live, at: number): boolean {
    if (live.busy > 0 || live.goesAt > at) return false;
    live.truth.died ??= live.goesAt;
    live.truth.cause ??= live.goesBy;
    return true;
  }

  #deploy(at: number): void {
    this.#finish(at);
    this.#version += 1;
    this.#oldest = this.#version;
    this.#closeBatch();
    for (const live of this.#idle) {
      if (this.#bury(live, at)) continue;
      live.goesAt = at + 10 * this.#random.uniform();
      live.goesBy = 'deploy';
    }
  }

  #roll({ at: share, apart, changesVersion }: Roll): void {
    const at = share * this.#seconds;
    this.#finish(at);
    if (changesVersion) this.#version += 1;
    this.#idle = this.#idle.filter((live) => !this.#bury(live, at));
    const order = [...this.#idle, ...this.#busy].filter(({ truth }) => truth.died === undefined);
    for (let turn = 0; order.length > 0; turn += 1) {
      const [live] = order.splice(this.#aside.below(order.length), 1) as [Live];
      live.stopsAt = at + apart * turn;
      if (live.busy > 0 || live.goesAt <= live.stopsAt) continue;
      live.goesAt = live.stopsAt;
      live.goesBy = 'deploy';
    }
  }

  #serve(at: number, isPing = false): void {
    if (this.#batch && at > this.#batch.opened + BATCH_SECONDS) this.#closeBatch();
    this.#idle = this.#idle.filter((live) => !this.#bury(live, at));
    const key = this.#random.below(KEYS);
    const free = this.#free();
    if (at > this.#clusterUntil) {
      this.#clusterUntil = at + 1;
      this.#clusterSlips = this.#random.uniform() < (this.#scenario.slip ?? 0);
      if (free.length > 0) {
        this.#picks.chances += 1;
        if (this.#clusterSlips) this.#picks.slips += 1;
      }
    }
    if (free.length > 1) this.#picks.choices += 1;
    const taken = this.#clusterSlips ? undefined : this.#choose(free, key);
    if (!taken) {
      const why = this.#why(at, free.length > 0);
      const live = this.#create(at);
      this.#starts.push({ id: live.truth.id, why, isPing });
      const init = 0.2 + 0.3 * this.#random.uniform();
      this.#run(live, at + init, key, init);
      this.#byKey.set(key, live);
      return;
    }
    if (taken.busy === 0) this.#idle.splice(this.#idle.indexOf(taken), 1);
    this.#byKey.set(key, taken);
    this.#run(taken, at + 0.001, key);
  }

  /**
   * The cause for a call that finds no sandbox: what took away the most recently used sandbox among those that are lost
   * to it and not replaced by a later start. If that sandbox would have gone from idleness by now anyway, the cause is
   * idleness.
   */
  #why(at: number, hasFree: boolean): TrueColdCause {
    if (hasFree) return 'not-reused';
    if (this.#lives.length === 0) return 'first';
    let lost: Live | undefined;
    for (const live of this.#lives) {
      if (live.busy > 0 || this.#replaced.has(live)) continue;
      if (lost === undefined || live.lastUsed > lost.lastUsed) lost = live;
    }
    if (lost === undefined) return 'scale-out';
    this.#replaced.add(lost);
    return lost.keptUntil <= at ? 'idle' : (lost.truth.cause ?? lost.goesBy);
  }

  /** Sandboxes of this version with room. */
  #free(): Live[] {
    const isOwn = ({ truth }: Live): boolean => truth.version >= this.#oldest;
    const idle = this.#idle.filter(isOwn);
    if (this.#slots === 1) return idle;
    return [...idle, ...[...this.#busy].filter((live) => live.busy < this.#slots && isOwn(live))];
  }

  #choose(free: readonly Live[], key: number): Live | undefined {
    if (free.length === 0) return undefined;
    const random = (): Live => free[this.#random.below(free.length)]!;
    if (this.#slots > 1) return this.#spread(free);
    switch (this.#scenario.order) {
      case 'most-recent':
        return free.at(-1);
      case 'least-recent':
        return free[0];
      case 'random':
        return random();
      case 'mixed':
        return this.#random.uniform() < 0.7 ? free.at(-1) : random();
      case 'affinity': {
        const own = this.#byKey.get(key);
        return own && free.includes(own) ? own : random();
      }
      default:
        return this.#next(free);
    }
  }

  /** The next by birth after the last one taken. */
  #next(free: readonly Live[]): Live {
    const byBirth = free.toSorted((a, b) => a.truth.id - b.truth.id);
    const next = byBirth.find(({ truth }) => truth.id > this.#lastTaken) ?? byBirth[0]!;
    this.#lastTaken = next.truth.id;
    return next;
  }

  /** Among those that take several calls. */
  #spread(free: readonly Live[]): Live {
    if (this.#scenario.order === 'round-robin') return this.#next(free);
    if (this.#scenario.order === 'random') return free[this.#random.below(free.length)]!;
    const least = this.#scenario.order === 'least-recent';
    return free.reduce((best, live) =>
      (least ? live.busy < best.busy : live.busy > best.busy) ? live : best,
    );
  }

  #run(live: Live, start: number, key: number, init?: number): void {
    const { callSeconds = 2, timeOuts = 0, restarts = 0, tellsOutcomes = true } = this.#scenario;
    const limit = 4 * callSeconds;
    const timedOut = this.#random.uniform() < timeOuts;
    const usual = (): number => callSeconds * Math.exp(0.5 * this.#random.normal() - 0.125);
    const end = start + (timedOut ? limit : tellsOutcomes ? usual() : Math.min(usual(), 0.95 * limit));
    const dies = timedOut && this.#random.uniform() < 0.3;
    const again = (timedOut && !dies) || this.#random.uniform() < restarts;
    live.busy += 1;
    live.idleSince = Infinity;
    live.goesAt = Infinity;
    this.#busy.add(live);
    live.truth.calls.push({
      start,
      end,
      key,
      ...(init !== undefined && { init }),
      ...(timedOut && { outcome: 'time-out' }),
      restarts: again,
    });
    this.#ends.push({ at: end, live, dies });
  }
}
