/**
 * - `ERR_HANDLER_TYPE`: what was given to `wrap` is not a function.
 */
export type SdkErrorCode = 'ERR_HANDLER_TYPE';

/** Thrown at set-up only, for mistakes in the program; once a handler is wrapped, nothing of ours is thrown. */
export class SdkError extends Error {
  override readonly name = 'SdkError';
  readonly code: SdkErrorCode;

  constructor(code: SdkErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
