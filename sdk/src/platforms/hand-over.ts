import type { AnyHandler } from '../invocation/handler.ts';

/**
 * Lets whoever resolves a promise with `handler` get `wrapped` instead, once. For runtimes that find the handler itself
 * in the scope of its file, where nothing can take its place, and hand it on in a promise: a function with a `then` is
 * asked for what it stands for.
 *
 * @returns takes that back
 */
export function handOver(handler: AnyHandler, wrapped: AnyHandler): () => void {
  const withdraw = (): void => void (isOurs(handler, then) && Reflect.deleteProperty(handler, 'then'));
  const then = (resolve: (value: unknown) => void): void => {
    withdraw();
    resolve(wrapped);
  };
  if (wrapped !== handler && !('then' in handler))
    // oxlint-disable-next-line unicorn/no-thenable -- it is meant to be asked
    Reflect.defineProperty(handler, 'then', { value: then, configurable: true });
  return withdraw;
}

function isOurs(handler: AnyHandler, then: unknown): boolean {
  return Reflect.getOwnPropertyDescriptor(handler, 'then')?.value === then;
}
