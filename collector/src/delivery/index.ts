export * from './back-off.ts';
export * from './delivery-loop.ts';
export * from './retry-after.ts';
export * from './wait.ts';
export * from './redelivery.ts';
