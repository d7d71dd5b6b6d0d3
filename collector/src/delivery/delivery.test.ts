import { describe, expect, it } from 'vitest';
import { DeliveryLoop, TryLater } from './delivery-loop.ts';

describe('the delivery loop', () => {
  it('continues until there is nothing to do, and again at a ring', async () => {
    let left = 3;
    let steps = 0;
    const step = async (): Promise<boolean> => {
      steps++;
      return left-- > 0;
    };
    const loop = new DeliveryLoop({ step, target: 'the store', warn: () => undefined });
    loop.start();
    await expect.poll(() => steps).toBe(4);
    left = 1;
    loop.ring();
    await expect.poll(() => steps).toBe(6);
    await loop.stop();
  });

  it('retries after a failure, logs it once, and counts', async () => {
    const warnings: string[] = [];
    let failures = 3;
    let isDone = false;
    const loop: DeliveryLoop = new DeliveryLoop({
      step: async () => {
        if (failures-- > 0) throw new TryLater('it is busy', 1);
        loop.succeeded();
        isDone = true;
        return false;
      },
      target: 'jaeger',
      warn: (message) => warnings.push(message),
      maxBackOffMillis: 5,
    });
    loop.start();
    await expect.poll(() => isDone).toBe(true);
    expect(loop.status()).toEqual({ retries: 3 });
    expect(warnings).toEqual(['jaeger does not accept spans, retrying: it is busy']);
    await loop.stop();
  });

  it('stops in the middle of a long wait', async () => {
    const step = (): Promise<boolean> => Promise.reject(new TryLater('go away', 600_000));
    const loop = new DeliveryLoop({ step, target: 'jaeger', warn: () => undefined });
    loop.start();
    await expect.poll(() => loop.status().retries).toBe(1);
    await loop.stop(); // the wait is far longer than a test may take
  });
});
