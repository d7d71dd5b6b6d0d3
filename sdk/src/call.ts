import type { AnyHandler, Shape } from './handler.ts';
import { isAsyncFunction } from './handler.ts';
import type { Instance } from './instance.ts';
import type { Invocation } from './invocation.ts';
import { guarded } from './report.ts';

/** One invocation's way to its end. */
export class Call {
  readonly #instance: Instance;
  readonly #invocation: Invocation;
  readonly #forget: () => void;
  #ended = false;
  /** The handler takes a callback, so returning is not the end. */
  awaitsCallback = false;

  constructor(instance: Instance, invocation: Invocation, forget: () => void) {
    this.#instance = instance;
    this.#invocation = invocation;
    this.#forget = forget;
    open.add(this);
    watchBeforeExit();
  }

  /** Ends the invocation, the first time. Returns what the result has to wait for. Never throws. */
  end(outcome: { thrown: unknown } | undefined): Promise<void> | undefined {
    if (this.#ended) return undefined;
    this.#ended = true;
    open.delete(this);
    return guarded('ending an invocation', () => {
      this.#forget();
      this.#instance.recorder.end(this.#invocation, outcome);
      return this.#instance.delivery.ended(this.#invocation.requestId);
    });
  }

  /** The arguments for the handler: the callback, and the callbacks of the context, tell us before they go on. */
  adapt(args: unknown[], { context, callback }: Shape, handler: AnyHandler): unknown[] {
    if (callback === undefined || isAsyncFunction(handler)) return args;
    this.awaitsCallback = handler.length > 2;
    if (context !== undefined) {
      this.#tap(context, 'done', (error) => outcomeOf(error));
      this.#tap(context, 'fail', (error) => ({ thrown: error }));
      this.#tap(context, 'succeed', () => undefined);
    }
    const adapted = [...args];
    adapted[2] = this.#tapped(callback, (error) => outcomeOf(error));
    return adapted;
  }

  #tap(context: object, name: string, outcome: (error: unknown) => { thrown: unknown } | undefined): void {
    const original: unknown = Reflect.get(context, name);
    if (typeof original === 'function')
      Reflect.set(context, name, this.#tapped(original as AnyHandler, outcome));
  }

  #tapped(original: AnyHandler, outcome: (error: unknown) => { thrown: unknown } | undefined): AnyHandler {
    const end = (error: unknown): Promise<void> | undefined => this.end(outcome(error));
    return function (this: unknown, ...results: unknown[]): unknown {
      const held = end(results[0]);
      if (held === undefined) return Reflect.apply(original, this, results);
      held.then(() => Reflect.apply(original, this, results)).catch(rethrow);
      return undefined;
    };
  }
}

/** Calls that have not ended. */
const open = new Set<Call>();
let watchingExit = false;

/**
 * A runtime takes an empty event loop as the end of the invocation: of one whose callback was never called as a success,
 * of one whose promise can no longer settle as an error.
 */
function watchBeforeExit(): void {
  if (watchingExit) return;
  watchingExit = true;
  process.on('beforeExit', () => {
    for (const call of open) void call.end(call.awaitsCallback ? undefined : { thrown: new Unsettled() });
  });
}

class Unsettled extends Error {
  override readonly name = 'Unsettled';

  constructor() {
    super('the event loop ran empty before the promise of the handler settled');
    // Where this was made says nothing about the handler.
    delete this.stack;
  }
}

function outcomeOf(error: unknown): { thrown: unknown } | undefined {
  return error === undefined || error === null ? undefined : { thrown: error };
}

/** Out of the promise and into the open, where an error thrown by the runtime's own callback belongs. */
function rethrow(error: unknown): void {
  setImmediate(() => {
    throw error;
  });
}
