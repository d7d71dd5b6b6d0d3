import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestEngine } from '../store/test-engine.ts';
import type { TestEngine } from '../store/test-engine.ts';
import { invocationRow } from '../store/test-rows.ts';
import { FRESH_MS, USABLE_MS, Views } from './views.ts';
import type { View } from './views.ts';

const PATIENTLY = { timeout: 30_000, interval: 100 };

let test: TestEngine;
beforeAll(async () => {
  test = await startTestEngine();
});
afterAll(async () => {
  await test.close();
});

const itself = (view: View): Promise<View> => Promise.resolve(view);

describe('views', () => {
  it('are shared by all who ask at about the same time', async () => {
    const views = new Views(test.store);
    const asked = await Promise.all(['a', 'a', 'b'].map((about) => views.ask('it', about, itself)));
    expect(new Set(asked).size).toBe(1);
    expect(Math.abs(Date.now() - (asked[0]?.atMs ?? 0))).toBeLessThan(10_000);
  });

  it('answer a question once, and a failed one again', async () => {
    const views = new Views(test.store);
    let made = 0;
    const count = (): Promise<number> => Promise.resolve(++made);
    expect(await Promise.all([views.ask('it', 'a', count), views.ask('it', 'a', count)])).toEqual([1, 1]);
    const fail = (): Promise<never> => Promise.reject(new Error('not now'));
    await expect(views.ask('other', 'a', fail)).rejects.toThrow('not now');
    expect(await views.ask('other', 'a', count)).toBe(2);
  });

  it('know what was asked about', async () => {
    const views = new Views(test.store);
    expect(views.knows('a')).toBe(false);
    await views.ask('it', 'a', itself);
    expect([views.knows('a'), views.knows('b')]).toEqual([true, false]);
  });

  it('expect of a range that grows that it will be busy', () => {
    const views = new Views(test.store);
    const expected = (...sizes: number[]): boolean[] => sizes.map((size) => views.expects('a', size, 100));
    expect(expected(40, 60, 61, 62)).toEqual([false, false, false, false]);
    expect(expected(75, 100, 50)).toEqual([true, true, false]);
    expect(views.expects('b', 90, 100)).toBe(false);
  });

  it('have the answer to what was expected, which nobody is known to have asked', async () => {
    const views = new Views(test.store);
    let made = 0;
    const count = (): Promise<number> => Promise.resolve(++made);
    views.prepare('it', 'a', count);
    await expect.poll(() => made, PATIENTLY).toBe(1);
    expect(views.knows('a')).toBe(false);
    expect(await views.ask('it', 'a', count)).toBe(1);
    expect(views.knows('a')).toBe(true);
  });

  it('follow each other, and keep what was read while nothing arrives', async () => {
    const views = new Views(test.store);
    const first = await views.ask('it', 'a', itself);
    const next = async (after: View): Promise<View> => {
      let view = after;
      await expect
        .poll(async () => (view = await views.ask('it', 'a', itself)).atMs, PATIENTLY)
        .toBeGreaterThanOrEqual(after.atMs + FRESH_MS - 5);
      return view;
    };
    const second = await next(first);
    expect(second.data).toBe(first.data);
    expect(second.answers).not.toBe(first.answers);
    const row = invocationRow({ function: 'f', sandbox: 's', bootId: 'b', ordinal: 1, startMs: Date.now() });
    await test.writer.insert([row], 'views-1');
    const later = await next(await next(second));
    expect(later.data).not.toBe(first.data);
  });

  /** So long that nobody would be given the view without another one being made. */
  async function untilTooOld(view: View): Promise<void> {
    await expect.poll(() => Date.now() - view.atMs, PATIENTLY).toBeGreaterThan(USABLE_MS + 100);
  }

  it('are made shortly before someone who asks at intervals asks again', async () => {
    const views = new Views(test.store);
    const first = await views.ask('it', 'a', itself);
    await untilTooOld(first);
    const second = await views.ask('it', 'a', itself);
    let made: View | undefined;
    views.prepare('other', 'b', (view) => Promise.resolve((made = view)));
    await expect.poll(() => made, PATIENTLY).toBeDefined();
    // Nobody asks any more.
    await expect.poll(() => made?.atMs, PATIENTLY).toBeGreaterThan(second.atMs + FRESH_MS);
  });

  it('do not keep those waiting who ask while another one takes long to make', async () => {
    const views = new Views(test.store);
    const first = await views.ask('it', 'a', itself);
    let finish = (): void => undefined;
    const slow = (view: View): Promise<View> =>
      view === first ? itself(view) : new Promise((resolve) => (finish = () => resolve(view)));
    await views.ask('slow', 'a', slow);
    await untilTooOld(first);
    expect(await views.ask('it', 'a', itself)).toBe(first);
    finish();
    await expect
      .poll(async () => (await views.ask('it', 'a', itself)).atMs, PATIENTLY)
      .toBeGreaterThan(first.atMs);
  });

  it('show what somebody did who asks for the first time since, however long they take to make', async () => {
    const views = new Views(test.store);
    const first = await views.ask('it', 'a', itself);
    await views.ask('slow', 'a', async (view) => {
      await test.store.query('SELECT sleep(0.5)');
      return view;
    });
    await untilTooOld(first);
    expect((await views.ask('another', 'b', itself)).atMs).toBeGreaterThan(first.atMs);
  });

  it('that cannot be made leave the last one in use', async () => {
    const lost = await startTestEngine();
    const views = new Views(lost.store);
    const first = await views.ask('it', 'a', itself);
    await lost.engine.stop();
    await untilTooOld(first);
    expect(await views.ask('it', 'a', itself)).toBe(first);
    await lost.close();
  });

  it('go on for the others when one who asked goes away', async () => {
    const { cancelledBy } = await import('../store/cancellation.ts');
    const views = new Views(test.store);
    const gone = new AbortController();
    const count = async (): Promise<unknown> => test.store.query('SELECT sleep(0.5)');
    const first = cancelledBy(gone.signal, () => views.ask('it', 'a', count));
    const second = views.ask('it', 'a', count);
    gone.abort();
    await expect(second).resolves.toHaveLength(1);
    await expect(first).resolves.toHaveLength(1);
  });
});
