/** Bits that say of an invocation how it began and how it ended. */
export const FLAG = { cold: 1, warm: 2, timedOut: 4, crashed: 8, failed: 16 } as const;
