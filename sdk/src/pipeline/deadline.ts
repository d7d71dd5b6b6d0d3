/** Time reserved before a deadline, ms: enough to be frozen or killed in order. */
export const DEADLINE_RESERVE_MS = 10;
