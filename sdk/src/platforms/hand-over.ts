import type { AnyHandler } from '../invocation/handler.ts';

/**
 * Makes the next promise that is resolved with `handler` yield `wrapped` instead, once. For runtimes that find the
 * handler in the scope of its file, where nothing can replace it, and pass it on in a promise: a promise resolved with
 * a function that has a `then` takes its value from that `then`.
 *
 * @returns undoes that
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
