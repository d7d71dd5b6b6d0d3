export { claimExisting } from './inherit-stamp.ts';
export { leaveRequest, readPreviousProcess } from './previous-process.ts';
export { ThreadLedger } from './thread-ledger.ts';
