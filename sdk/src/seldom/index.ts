export { ProcessExit, TimedOut, Unsettled, Interrupted } from '../invocation/endings.ts';
export { inherit, leaveRequest } from '../sandbox/legacy.ts';
export { claimOtherwise } from '../sandbox/inherit-stamp.ts';
export { NodeClient } from '../export/node-client.ts';
export { createDelivery, writeLine } from '../export/deliveries.ts';
export { leaveSpans, sayLastWords } from '../export/last-words.ts';
export { fsWatch } from '../io/fs-watch.ts';
export { ThreadLedger } from '../process/thread-ledger.ts';
