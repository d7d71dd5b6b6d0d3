export { createDelivery, writeLine } from './deliveries.ts';
export { exportAtExit, leaveSpans } from './exit-export.ts';
