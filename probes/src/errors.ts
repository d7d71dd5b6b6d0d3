/**
 * Why a source gave no value.
 *
 * - `ERR_PROC_ABSENT`: the file cannot be opened or read here (another system, a sandbox without it, no permission).
 * - `ERR_PROC_FORMAT`: it was read, but the expected line or column is missing or is not a whole number.
 * - `ERR_PROC_UNFILLED`: it is there, but this kernel only fills it with zeros (gVisor does so for CPU times).
 */
export type ProbeErrorCode = 'ERR_PROC_ABSENT' | 'ERR_PROC_FORMAT' | 'ERR_PROC_UNFILLED';

/** The one error of this package; callers branch on `code`, never on the message. */
export class ProbeError extends Error {
  override readonly name = 'ProbeError';
  readonly code: ProbeErrorCode;

  constructor(code: ProbeErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
