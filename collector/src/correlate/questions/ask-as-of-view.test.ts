/** Compares questions answered from a shared view with the same questions answered without one. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PriceBook } from '../../prices/index.ts';
import { startTestEngine } from '../../store/test-engine.ts';
import type { TestEngine } from '../../store/test-engine.ts';
import { invocationRow, shutdownRow } from '../../store/test-rows.ts';
import type { TraceRow } from '../../store/trace-row.ts';
import type { Scope } from '../scope.ts';
import { askAsOfView, readNow } from '../as-of-view.ts';
import type { Reading } from '../as-of-view.ts';
import { QUESTIONS } from './index.ts';
import type { Answered, Question } from './index.ts';

const SLOT_MS = 600_000;
const HOUR_MS = 3_600_000;
/** A range that ends this long before now no longer follows the clock, ms. */
const PAST_MS = 2_500;
const PATIENTLY = { timeout: 60_000, interval: 200 };
/** The questions that views answer. */
const ASKED = QUESTIONS.filter(({ asksViews, pages }) => asksViews !== true && pages !== true);
const BEGAN_MS = Math.floor((Date.now() - 2 * HOUR_MS) / SLOT_MS) * SLOT_MS;

let engine: TestEngine;

/** Sandboxes that are used for some minutes each, the last of them until now. */
function rows(): TraceRow[] {
  const all: TraceRow[] = [];
  for (let sandbox = 0; sandbox < 24; sandbox += 1) {
    const name = sandbox % 3 === 0 ? 'rare' : 'often';
    const id = `${name}${sandbox}`.padEnd(32, '0');
    const firstMs = BEGAN_MS + sandbox * 270_000;
    for (let ordinal = 1; ordinal <= 8; ordinal += 1)
      all.push(
        invocationRow({
          function: name,
          sandbox: id,
          bootId: `boot-${sandbox % 4}`,
          ordinal,
          startMs: firstMs + ordinal * 15_000,
          durationMs: 20 + ((sandbox * 7 + ordinal * 13) % 30),
          attributes: {
            'cloud.platform': 'aws_lambda',
            'faas.max_memory': 2 ** 29,
            'host.cpu.model.name': sandbox % 2 === 0 ? 'Xeon' : 'EPYC',
            ...(ordinal === 1 && { 'sandscope.init.duration_ms': 200 + sandbox }),
          },
        }),
      );
    if (sandbox % 5 === 0)
      all.push(shutdownRow({ function: name, sandbox: id, atMs: firstMs + 400_000, lastOrdinal: 8 }));
  }
  return all;
}

beforeAll(async () => {
  engine = await startTestEngine();
  await engine.writer.insert(rows(), 'view');
}, 60_000);
afterAll(() => engine.close());

interface ByView {
  readonly atMs: number;
  readonly bytes: string;
}

const prices = new PriceBook();
const asker =
  (question: Question) =>
  async (reading: Reading): Promise<ByView> => {
    const asking = { store: engine.store, parameters: {}, cursor: undefined, prices, ...reading };
    const answered: Answered<object> = await question.ask(asking as never);
    return { atMs: reading.scope.toMs, bytes: JSON.stringify(answered) };
  };

/** Busy enough to be answered by a view. */
const scopeNow = (): Scope => ({ fromMs: BEGAN_MS, toMs: Date.now(), maxInvocations: 0 });
const byView = (question: Question): Promise<ByView> =>
  askAsOfView(engine.store, scopeNow(), question.name, asker(question));

/** As of the same moment, once the clock has passed it. */
async function without(question: Question, atMs: number): Promise<string> {
  await expect.poll(() => Date.now() - atMs, PATIENTLY).toBeGreaterThan(PAST_MS);
  const scope = { fromMs: BEGAN_MS, toMs: atMs, maxInvocations: 0 };
  return (await asker(question)(readNow(engine.store, scope))).bytes;
}

describe('a question that a view answers', () => {
  test.each(ASKED.map((question) => [question.name, question] as const))(
    'has the same bytes as without: %s',
    async (_, question) => {
      const { atMs, bytes } = await byView(question);
      expect(await without(question, atMs)).toBe(bytes);
    },
  );

  test('is answered once for all who ask at about the same time', async () => {
    const question = ASKED.find(({ name }) => name === 'reuse')!;
    let made = 0;
    const ask = asker(question);
    const counted = (reading: Reading): Promise<ByView> => {
      made += 1;
      return ask(reading);
    };
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => askAsOfView(engine.store, scopeNow(), 'counted', counted)),
    );
    expect(made).toBe(1);
    expect(new Set(answers).size).toBe(1);
  });

  test('sees a span that comes late', async () => {
    const late = invocationRow({
      function: 'late',
      sandbox: '1a7e'.padEnd(32, '0'),
      ordinal: 1,
      startMs: BEGAN_MS + HOUR_MS,
    });
    const questions = ASKED.filter(({ name }) => ['reuse', 'cold-starts', 'cost'].includes(name));
    expect(questions).toHaveLength(3);
    // Earlier questions have filled the caches that later ones read.
    await Promise.all(questions.map(byView));
    await engine.writer.insert([late], 'late');
    const seen = await Promise.all(
      questions.map(async (question) => {
        let last = await byView(question);
        await expect
          .poll(async () => (last = await byView(question)).bytes.includes('"late"'), PATIENTLY)
          .toBe(true);
        // A view that was made while the span arrived may contain a part of it; the next view contains all of it.
        const { atMs } = last;
        await expect.poll(async () => (last = await byView(question)).atMs, PATIENTLY).toBeGreaterThan(atMs);
        return { question, last };
      }),
    );
    for (const { question, last } of seen) expect(await without(question, last.atMs)).toBe(last.bytes);
  });
});
