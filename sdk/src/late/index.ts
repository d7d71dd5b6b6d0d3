export { ProcessExit, TimedOut, Unsettled, Interrupted } from '../endings.ts';
export { inherit, leaveRequest } from '../legacy.ts';
export { inheritStamp } from '../inherit-stamp.ts';
export { bootClock } from '../boot-clock.ts';
export { parseTraceHeaders } from '../trace-context.ts';
export { HttpsClient } from '../export/https-client.ts';
export { fsWatch } from '../fs-watch.ts';
export { createCarrier } from '../otel/create-carrier.ts';
export { Outlet } from './outlet.ts';
