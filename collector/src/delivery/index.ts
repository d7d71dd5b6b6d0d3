export * from './delivery-loop.ts';
export * from './wait.ts';
export * from './redelivery.ts';
