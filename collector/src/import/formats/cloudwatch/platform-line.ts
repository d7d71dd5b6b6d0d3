/** The outcome of an invocation according to the platform. */
export type Ending = 'success' | 'error' | 'timeout';

/** Lambda's own log lines, in either log format. All others are the application's. */
export type PlatformLine =
  | {
      readonly kind: 'init-start';
      readonly initType?: string;
      readonly functionName?: string;
      readonly version?: string;
    }
  | {
      readonly kind: 'init-report';
      readonly durationMs: number;
      readonly initType?: string;
      readonly ending?: Ending;
    }
  | { readonly kind: 'restore-start' }
  | { readonly kind: 'restore-report'; readonly durationMs: number }
  | { readonly kind: 'start'; readonly requestId: string; readonly version?: string }
  | { readonly kind: 'report'; readonly report: Report }
  | {
      readonly kind: 'failure';
      readonly requestId?: string;
      readonly ending: Ending;
      readonly errorType?: string;
    }
  | { readonly kind: 'broken' };

/** One REPORT line. Missing values are absent. */
export interface Report {
  readonly requestId: string;
  readonly durationMs: number;
  readonly billedMs?: number | undefined;
  readonly memorySizeMib?: number | undefined;
  readonly maxMemoryUsedMib?: number | undefined;
  readonly initMs?: number | undefined;
  readonly restoreMs?: number | undefined;
  readonly billedRestoreMs?: number | undefined;
  readonly ending?: Ending | undefined;
  readonly errorType?: string | undefined;
  /** Whether the format would have reported an initialisation for it. */
  readonly saysInit: boolean;
}

/** Lambda's name of an outcome, in either log format; undefined if it has none. */
export function endingOf(status: string | undefined): Ending | undefined {
  if (status === 'success' || status === 'timeout') return status;
  return status === 'error' || status === 'failure' ? 'error' : undefined;
}
