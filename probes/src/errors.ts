/**
 * Why a source gave no value.
 *
 * - `ERR_PROC_ABSENT`: the file cannot be opened or read here (another system, a sandbox without it, no permission).
 * - `ERR_PROC_FORMAT`: it was read, but the expected line or column is missing or is not a whole number.
 * - `ERR_PROC_UNFILLED`: it exists, but this kernel only fills it with zeros (gVisor does so for CPU times).
 * - `ERR_PROBE_DISK`: the file of an active disk probe cannot be created or written.
 * - `ERR_PROBE_CPU`: an active CPU probe ran, but the system does not report the CPU time used.
 * - `ERR_PROBE_ENDPOINT`: the endpoint of an active network probe, or of an experiment, is invalid.
 * - `ERR_PROBE_JOURNAL`: the journal of an experiment cannot be read or written.
 */
export type ProbeErrorCode =
  | 'ERR_PROC_ABSENT'
  | 'ERR_PROC_FORMAT'
  | 'ERR_PROC_UNFILLED'
  | 'ERR_PROBE_DISK'
  | 'ERR_PROBE_CPU'
  | 'ERR_PROBE_ENDPOINT'
  | 'ERR_PROBE_JOURNAL';

/** The one error of this package; callers branch on `code`, never on the message. */
export class ProbeError extends Error {
  override readonly name = 'ProbeError';
  readonly code: ProbeErrorCode;

  constructor(code: ProbeErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
