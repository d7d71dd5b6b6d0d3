/** How an invocation ended, as far as the platform says it. */
export type Ending = 'success' | 'error' | 'timeout';

/** What Lambda itself says in a log, in either of its log formats. Everything else is the application's. */
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

/** One REPORT line. What it does not say is absent. */
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
  /** It would have said so, had the sandbox been initialised for it. */
  readonly saysInit: boolean;
}

/** What Lambda calls the end of an invocation, in either log format; undefined for what it does not call anything. */
export function endingOf(status: string | undefined): Ending | undefined {
  if (status === 'success' || status === 'timeout') return status;
  return status === 'error' || status === 'failure' ? 'error' : undefined;
}
