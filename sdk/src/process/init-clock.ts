import { LOADED_AT_MS, processAgeMs, wallMs } from '../clock/clock.ts';
import { registry } from './registry.ts';
import { guarded } from '../fence/report.ts';
import { after, setImmediate } from '../fence/timer.ts';

/** When the parts of an initialisation ended, ms of process age; NaN if unknown. */
export interface InitTimes {
  /** The runtime began to load the function's modules, as far as is known. */
  readonly loadMs: number;
  /** The modules were evaluated, as far as evaluation was synchronous. */
  readonly modulesMs: number;
  /**
   * The function could be called: its server listened, or the platform reported it. Undefined if neither is known; the
   * first call is then taken instead.
   */
  readonly readyMs: number | undefined;
  /** The first invocation began. */
  readonly calledMs: number;
}

/** What an adapter can report about the initialisation. */
export interface InitMoments {
  /**
   * Sets when the runtime began to load the function's modules, which may be long before this package was loaded.
   *
   * @param unixMs as returned by `Date.now()`
   * @param isExact true if the platform reported the moment; false if loading may have begun before it
   */
  loadBegan(unixMs: number, isExact?: boolean): void;
  /** The function can be called from now on. */
  ready(): void;
}

// How often a starting program is checked for a listening server. It listens once it is ready, or never.
const POLL_MS = 10;
const POLLS = 1000;

/**
 * Follows the initialisation of this process from the first wrap on. Work after the handler was wrapped counts until
 * the event loop turns again; anything awaited after that counts until the first invocation.
 */
export class InitClock implements InitMoments {
  #loadMs = LOADED_AT_MS;
  #modulesMs = LOADED_AT_MS;
  #readyMs: number | undefined;
  #over = false;
  #due = false;

  /** @param serves the function is called by a server in this process, which may listen long before the first call */
  constructor(serves: boolean) {
    if (serves) this.#pollServer(POLLS);
  }

  /** A handler was wrapped: initialisation lasts at least until this turn of the event loop is over. */
  wrapped(): void {
    if (this.#over) return;
    this.#modulesMs = processAgeMs();
    if (this.#due) return;
    this.#due = true;
    guarded('following the initialisation', () =>
      setImmediate(() => {
        this.#due = false;
        if (!this.#over) this.#modulesMs = processAgeMs();
      }),
    );
  }

  /**
   * Sets when the runtime began to load the function's modules, which may be long before this package was loaded.
   * An impossible moment is ignored.
   *
   * @param unixMs as returned by `Date.now()`
   * @param isExact true if the platform reported the moment, even one long after this package was loaded; false if
   *   loading had begun by then at the latest
   */
  loadBegan(unixMs: number, isExact = false): void {
    const ageMs = processAgeMs() - (wallMs() - unixMs);
    if (ageMs > 0 && (isExact || ageMs < this.#loadMs)) this.#loadMs = ageMs;
  }

  /** The platform reports that the function can be called from now on. */
  ready(): void {
    if (!this.#over) this.#readyMs ??= processAgeMs();
  }

  /** The first invocation begins. */
  called(): InitTimes {
    this.#over = true;
    registry().loadTimes?.stop();
    return {
      loadMs: this.#loadMs,
      modulesMs: this.#modulesMs,
      readyMs: this.#readyMs,
      calledMs: processAgeMs(),
    };
  }

  #pollServer(left: number): void {
    after(POLL_MS, 'checking for a server', () => {
      if (this.#over || left === 0) return;
      const resources: unknown = process.getActiveResourcesInfo();
      if (Array.isArray(resources) && resources.includes('TCPServerWrap')) this.ready();
      else this.#pollServer(left - 1);
    });
  }
}
