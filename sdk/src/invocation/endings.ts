/** Ends of an invocation without a thrown error. No stack: where they are created does not concern the handler. */
abstract class Ending extends Error {
  constructor(message: string) {
    super(message);
    delete this.stack;
  }
}

/** The handler still ran when its time was about to be over. `error.type` is `timeout`. */
export class TimedOut extends Ending {
  override readonly name = 'timeout';

  /** @param leftMillis time left until the deadline, ms; negative when it is past */
  constructor(leftMillis: number) {
    const when =
      leftMillis > 0
        ? `${Math.round(leftMillis)} ms before its deadline`
        : `${Math.round(-leftMillis)} ms after its deadline`;
    super(`the handler still ran ${when}`);
  }
}

/** The process ended under the handler: `process.exit`, or an error that the runtime ends the process for. */
export class ProcessExit extends Ending {
  override readonly name = 'ProcessExit';

  /** @param before the step that the end came before */
  constructor(exitCode: number, before = 'the handler was done') {
    super(`the process exited with code ${exitCode} before ${before}`);
  }
}

/** Nothing was left that could have settled the handler's promise. */
export class Unsettled extends Ending {
  override readonly name = 'Unsettled';

  constructor() {
    super('the event loop ran empty before the promise of the handler settled');
  }
}

/** The platform stopped the sandbox while the handler ran. */
export class Interrupted extends Ending {
  override readonly name = 'Interrupted';

  /** @param reason name of the signal in lower case */
  constructor(reason: string) {
    super(`the sandbox was stopped by ${reason}`);
  }
}
