import { createClient } from '@redis/client';

/** Carts of products with their quantities. */
export interface Carts {
  put(cart: string, product: string, quantity: number): Promise<void>;
  get(cart: string, product: string): Promise<number | undefined>;
  /** Whether there was one. */
  delete(cart: string, product: string): Promise<boolean>;
  list(cart: string): Promise<Record<string, number>>;
  clear(cart: string): Promise<void>;
}

type Client = ReturnType<typeof createClient>;

let kept: Promise<Client> | undefined;

/** Carts in the Redis at `REDIS_URL`, one hash per cart. The connection is kept for the sandbox's lifetime. */
export async function openCarts(): Promise<Carts> {
  const client = await (kept ??= connect());
  const hash = (cart: string): string => `cart:${cart}`;
  return {
    put: async (cart, product, quantity) => void (await client.hSet(hash(cart), product, quantity)),
    async get(cart, product) {
      const found = await client.hGet(hash(cart), product);
      return found === null ? undefined : Number(found);
    },
    delete: async (cart, product) => (await client.hDel(hash(cart), product)) > 0,
    async list(cart) {
      const products = Object.entries(await client.hGetAll(hash(cart)));
      return Object.fromEntries(products.map(([product, quantity]) => [product, Number(quantity)]));
    },
    clear: async (cart) => void (await client.del(hash(cart))),
  };
}

async function connect(): Promise<Client> {
  const url = process.env['REDIS_URL'];
  if (url === undefined || !/^rediss?:\/\//.test(url))
    throw new Error(`REDIS_URL must be the URL of a Redis, not ${url ?? 'absent'}`);
  const client: Client = createClient({ url, socket: { reconnectStrategy: false, connectTimeout: 5000 } });
  // If the connection broke while the sandbox was frozen, the next call fails; the one after opens a new connection.
  const forget = (): void => {
    kept = undefined;
  };
  client.on('error', forget).on('end', forget);
  await client.connect();
  return client;
}
