/** Errors before or during the start of the platform; `code` is stable, the message is for people. */
export type PlatformErrorCode =
  /** The configuration is invalid: the message names the field and the value. */
  | 'ERR_CONFIG'
  /** A function could not be bundled or staged. */
  | 'ERR_DEPLOY'
  /** `hostMode` is `namespaces` and the machine does not permit them. */
  | 'ERR_HOSTS'
  /** `cpuLimit` is `required` and the machine does not permit it. */
  | 'ERR_CPU_LIMIT'
  /** The port is taken or may not be used. */
  | 'ERR_LISTEN';

export class PlatformError extends Error {
  override readonly name = 'PlatformError';
  readonly code: PlatformErrorCode;

  constructor(code: PlatformErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
