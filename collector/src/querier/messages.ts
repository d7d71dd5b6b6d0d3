import type { PricePlan } from '../prices/index.ts';
import type { Connection } from '../store/client.ts';

/** Messages from the server to the querier. */
export type ToQuerier =
  | { readonly type: 'start'; readonly dataDir: string; readonly prices?: readonly PricePlan[] }
  /** Connection data of the store, once the tables exist. */
  | { readonly type: 'store'; readonly connection: Connection }
  | { readonly type: 'look'; readonly id: number };

/** Messages from the querier to the server. */
export type FromQuerier =
  | { readonly type: 'listening' }
  | { readonly type: 'connected' }
  | { readonly type: 'alive'; readonly id: number }
  | { readonly type: 'failed'; readonly reason: string };

/** Header with the answering route, for the server's metrics; the server removes it. */
export const ROUTE_HEADER = 'x-sandscope-route';
