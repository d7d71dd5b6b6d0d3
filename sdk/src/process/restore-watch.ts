import type { Env } from '../config/config.ts';
import { randomHex } from '../trace/random-id.ts';

// Taking, storing and restoring a snapshot takes at least this long.
const LEAST_JUMP_MS = 1000;

/**
 * Detects whether this process was restored from a snapshot (Lambda SnapStart). The clocks that count from boot stood
 * still in the snapshot, but the wall clock did not: so the boot time computed from both has jumped since the module
 * was loaded. It is checked only once: a platform may also stop these clocks when it merely freezes the sandbox, and if
 * nothing was generated before the restore, nothing has to be dropped.
 */
export class RestoreWatch {
  /** Generated when the module is loaded: the same in all sandboxes that are restored from one snapshot. */
  readonly cloneGroup = randomHex(16);
  readonly #bootTimeUnixMs: () => number | undefined;
  readonly #atLoadMs: number | undefined;
  #over = false;

  /** @param bootTimeUnixMs when the kernel booted, according to the wall clock now */
  constructor(bootTimeUnixMs: () => number | undefined) {
    this.#bootTimeUnixMs = bootTimeUnixMs;
    this.#atLoadMs = bootTimeUnixMs();
  }

  /** True once: at the first call after the restore. */
  restored(): boolean {
    if (this.#over || this.#atLoadMs === undefined) return false;
    const nowMs = this.#bootTimeUnixMs();
    if (nowMs === undefined || nowMs - this.#atLoadMs < LEAST_JUMP_MS) return false;
    this.#over = true;
    return true;
  }
}

/** A watch if the platform says that it restores from snapshots; undefined elsewhere. */
export function watchRestore(env: Env, bootTimeUnixMs: () => number | undefined): RestoreWatch | undefined {
  return env['AWS_LAMBDA_INITIALIZATION_TYPE'] === 'snap-start'
    ? new RestoreWatch(bootTimeUnixMs)
    : undefined;
}
