import { LOADED_AT_MS, processAgeMs, wallMs } from './clock.ts';
import { registry } from '../process/registry.ts';
import { guarded } from '../fence/report.ts';
import { after } from '../fence/timer.ts';

/** When the parts of an initialisation ended, ms of the process's age; not a number where that is not known. */
export interface InitTimes {
  /** The runtime began to load the function's modules, as far as can be told. */
  readonly loadMs: number;
  /** The modules were evaluated, as far as that was synchronous. */
  readonly modulesMs: number;
  /**
   * The function could be called: its server listened, or the platform said so. Undefined where nothing tells: then it is
   * the first call.
   */
  readonly readyMs: number | undefined;
  /** The first invocation began. */
  readonly calledMs: number;
}

// While a program starts it is looked at this often; it listens when it is ready, or it never does.
const LOOK_MS = 10;
const LOOKS = 1000;

/**
 * Follows the initialisation of this process from the first wrap on. Work after the wrap of the handler lasts until the
 * event loop turns again, and what is awaited after that until the first invocation.
 */
export class InitClock {
  #loadMs = LOADED_AT_MS;
  #modulesMs = LOADED_AT_MS;
  #readyMs: number | undefined;
  #over = false;
  #due = false;

  /** @param serves the function is called by a server in this process, which may listen long before the first call */
  constructor(serves: boolean) {
    if (serves) this.#look(LOOKS);
  }

  /** A handler was wrapped: initialisation goes on at least until now, and until this turn of the event loop is over. */
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
   * The runtime began to load the function's modules at that moment, which may be long before this package was loaded.
   * A moment that cannot be true is not taken.
   *
   * @param unixMs as `Date.now()` tells it
   * @param isTold the platform said so, rather than that it must have been by then: the package may be loaded long before
   */
  loadBegan(unixMs: number, isTold = false): void {
    const ageMs = processAgeMs() - (wallMs() - unixMs);
    if (ageMs > 0 && (isTold || ageMs < this.#loadMs)) this.#loadMs = ageMs;
  }

  /** The platform says that the function can be called from now on. */
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

  #look(left: number): void {
    after(LOOK_MS, 'looking for a server', () => {
      if (this.#over || left === 0) return;
      const resources: unknown = process.getActiveResourcesInfo();
      if (Array.isArray(resources) && resources.includes('TCPServerWrap')) this.ready();
      else this.#look(left - 1);
    });
  }
}
