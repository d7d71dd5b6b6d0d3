import { monotonicMs } from './clocks.ts';
// Too many open files here or in the whole system, no memory left, an interrupted call.
const TRANSIENT = new Set<unknown>(['EMFILE', 'ENFILE', 'ENOMEM', 'ENOBUFS', 'EINTR', 'EAGAIN']);
// Minimum time before a retry: a failure costs 20 µs, and a program that lacks file descriptors causes many.
const RETRY_MS = 50;

// There is no such file, process, device or call here: nothing to report.
const ABSENT = new Set<unknown>([
  'ENOENT',
  'ENOTDIR',
  'ENODEV',
  'ENXIO',
  'ESRCH',
  'EINVAL',
  'ENOSYS',
  'ENOTSUP',
  'EOPNOTSUPP',
  'EBADF',
]);
const MAX_REFUSALS = 8;
const refusals = new Set<string>();

/** Transient failures that readers have met in this process. */
let failures = 0;

/** Whether the operation that failed with `error` may succeed later without any change to the system. */
export function isTransient(error: unknown): boolean {
  const { code, info } = (error ?? {}) as { code?: unknown; info?: { code?: unknown } | undefined };
  // `node:os` puts the system's code one level down.
  return TRANSIENT.has(code) || TRANSIENT.has(info?.code);
}

/**
 * For readers that return nothing instead of throwing: notifies a surrounding `Once` that a later reading may succeed.
 *
 * @returns whether `error` is transient
 */
export function noteFailure(error: unknown): boolean {
  const transient = isTransient(error);
  if (transient) failures += 1;
  else if (refusals.size < MAX_REFUSALS) noteRefusal(error);
  return transient;
}

/**
 * Operations that the system denied to readers in this process, such as `/proc/stat (EACCES)`; at most 8, oldest first.
 */
export function unreadable(): readonly string[] {
  return [...refusals];
}

function noteRefusal(error: unknown): void {
  const { code, path, resource, syscall, message } = (error ?? {}) as NodeJS.ErrnoException & {
    resource?: string;
  };
  if (ABSENT.has(code)) return;
  // Node's permission model names the resource.
  const what = path ?? (resource || syscall);
  const text = what === undefined ? (message ?? String(error)) : `${what} (${code ?? message})`;
  refusals.add(text);
}

/** The result of `read`; undefined after a transient failure, because a partial answer may be a wrong one. */
export function whole<T>(read: () => T): T | undefined {
  const before = failures;
  const value = read();
  return failures === before ? value : undefined;
}

/** The result of `ask`; undefined if it throws, because some sandboxes forbid single system calls. Never throws. */
export function attempt<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch (error) {
    noteFailure(error);
    return undefined;
  }
}

/** When an operation may be tried again. */
export class Retry {
  #notBeforeMs = 0;

  /** It failed; `due` is false for the next 50 ms. */
  failed(): void {
    this.#notBeforeMs = monotonicMs() + RETRY_MS;
  }

  /** Whether it may be tried now. Counts as a transient failure when not. */
  due(): boolean {
    if (this.#notBeforeMs === 0) return true;
    const due = monotonicMs() >= this.#notBeforeMs;
    if (due) this.#notBeforeMs = 0;
    else failures += 1;
    return due;
  }
}

/**
 * A value that is read at the first call of `get` and kept. After a transient failure, such as a lack of file
 * descriptors, the value is incomplete, and a later `get` reads it again.
 */
export class Once<T> {
  readonly #read: () => T;
  readonly #retry = new Retry();
  #value: { readonly read: T } | undefined;
  #settled = false;

  /** @param read synchronous; reports failures that it swallows with `noteFailure` */
  constructor(read: () => T) {
    this.#read = read;
  }

  /** True if the value will not change any more. */
  get settled(): boolean {
    return this.#settled;
  }

  /** The value. Throws what `read` throws, and reads again at the next call. */
  get(): T {
    if (this.#value !== undefined && (this.#settled || !this.#retry.due())) return this.#value.read;
    const before = failures;
    this.#value = { read: this.#read() };
    this.#settled = failures === before;
    if (!this.#settled) this.#retry.failed();
    return this.#value.read;
  }

  /** Forgets the value: the next `get` reads it. */
  forget(): void {
    this.#value = undefined;
    this.#settled = false;
  }
}
