/**
 * - `ERR_HANDLER_TYPE`: the argument of `wrap` is not a function.
 */
export type SdkErrorCode = 'ERR_HANDLER_TYPE';

/** Thrown only at set-up, for mistakes in the program; once a handler is wrapped, the SDK throws nothing. */
export class SdkError extends Error {
  override readonly name = 'SdkError';
  readonly code: SdkErrorCode;

  constructor(code: SdkErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
