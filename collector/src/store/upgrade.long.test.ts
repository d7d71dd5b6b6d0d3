import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Engine } from './engine.ts';
import { startEngine } from './engine.ts';
import { MIGRATIONS } from './migrations/index.ts';
import type { Answers } from './upgrade.fixture.ts';
import { answersAfter, answersOfNew } from './upgrade.fixture.ts';

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };

let folder = '';
let engine: Engine;
let today: Answers;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sandscope-upgrade-'));
  engine = await startEngine({ dataDir: folder, log });
  today = await answersOfNew(engine);
}, 120_000);
afterAll(async () => {
  await engine.stop();
  await rm(folder, { recursive: true, force: true });
});

it.each(MIGRATIONS.map(({ name }, index) => [index + 1, name] as const))(
  'an upgrade from version %i (%s) keeps the answers, and makes the tables of a new store',
  async (version) => {
    expect(await answersAfter(engine, version)).toEqual(today);
  },
  120_000,
);
