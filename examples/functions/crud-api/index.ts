import { wrap } from '@sandscope/sdk';
import { InputError, readInput } from '../input.ts';
import { openCarts } from './carts.ts';

/**
 * A shopping cart behind an API, like SeBS' `crud-api`: small exchanges with a database, over a connection that a warm
 * sandbox keeps. Takes `{"operation": "put", "cart": "c1", "product": "p1", "quantity": 2}`, `get` and `delete` of one
 * product, `list` and `clear` of a cart. The database is the Redis in `REDIS_URL`.
 */
async function crudApi(event: unknown) {
  const { operation, cart, product, quantity } = readInput(event, {
    operation: 'string',
    cart: 'string',
    product: 'string?',
    quantity: 'number?',
  });
  const carts = await openCarts();
  const named = (): string => {
    if (product === undefined) throw new InputError(`${operation} needs a product`);
    return product;
  };
  switch (operation) {
    case 'put':
      if (quantity === undefined || !Number.isInteger(quantity) || quantity < 1)
        throw new InputError(`quantity must be a whole number from 1, not ${quantity ?? 'absent'}`);
      await carts.put(cart, named(), quantity);
      return { cart, product, quantity };
    case 'get':
      return { cart, product, quantity: (await carts.get(cart, named())) ?? null };
    case 'delete':
      return { cart, product, deleted: await carts.delete(cart, named()) };
    case 'list':
      return { cart, products: await carts.list(cart) };
    case 'clear':
      await carts.clear(cart);
      return { cart, products: {} };
    default:
      throw new InputError(`operation is put, get, delete, list or clear, not ${operation}`);
  }
}

export const handler = wrap(crudApi);
