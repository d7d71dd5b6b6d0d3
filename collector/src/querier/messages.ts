import type { PricePlan } from '../prices/index.ts';
import type { Connection } from '../store/client.ts';

/** What the server tells the querier. */
export type ToQuerier =
  | { readonly type: 'start'; readonly dataDir: string; readonly prices?: readonly PricePlan[] }
  /** Where the spans are, once the tables are there. */
  | { readonly type: 'store'; readonly connection: Connection }
  | { readonly type: 'look'; readonly id: number };

/** What the querier tells the server. */
export type FromQuerier =
  | { readonly type: 'listening' }
  | { readonly type: 'connected' }
  | { readonly type: 'alive'; readonly id: number }
  | { readonly type: 'failed'; readonly reason: string };

/** Names the route that answered, for the server's metrics; the server takes it out. */
export const ROUTE_HEADER = 'x-sandscope-route';
