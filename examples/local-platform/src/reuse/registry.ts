import type { Draw } from '../chance.ts';
import type { Fields } from '../config/fields.ts';
import { affinity } from './affinity.ts';
import { fill } from './fill.ts';
import { leastLoaded } from './least-loaded.ts';
import { leastRecent } from './least-recent.ts';
import { mostRecent } from './most-recent.ts';
import type { OrderDefinition, ReuseOrder } from './order.ts';
import { random } from './random.ts';
import { roundRobin } from './round-robin.ts';

/** All reuse orders, the default first. To add one, add a file beside these and a line here. */
const ORDERS: readonly OrderDefinition[] = [
  mostRecent,
  leastRecent,
  random,
  roundRobin,
  affinity,
  fill,
  leastLoaded,
];

/** @throws {PlatformError} `ERR_CONFIG` */
export function parseReuse(fields: Fields, name: string, fallback?: string): string {
  return fields.choice(
    name,
    ORDERS.map(({ order }) => order),
    fallback,
  );
}

/** @param order from `parseReuse` */
export function startOrder(order: string, draw: Draw): ReuseOrder {
  return ORDERS.find((one) => one.order === order)!.start(draw);
}
