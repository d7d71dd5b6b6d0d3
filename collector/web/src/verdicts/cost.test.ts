import { expect, it } from 'vitest';
import type { CostEntry, MemoryEntry } from '../api/answers.ts';
import { costVerdict, machineVerdict, memoryVerdict, moneyParts, moneyVerdict, sizeFor } from './cost.ts';

const plain = (text: string): string => text.replaceAll('\u00A0', ' ');
const basis = { enough: true, n: 4000, needed: 100, restsOn: [], missing: [] };
const size = (memoryMb: number, meanMs: number, perMillion: number, fits = true) => ({
  memoryMb,
  vcpus: memoryMb / 1769,
  fits,
  meanMs: { value: meanMs, n: 4000 },
  perMillion,
});

/** A curve of three steps; the smallest size has less memory than was used. */
const memory: MemoryEntry = {
  function: 'checkout',
  deployment: {},
  measured: [{ memoryMb: 512, n: 4000, sandboxes: 90, meanMs: 44 }],
  fromMb: 512,
  cpuMs: 12,
  waitingMs: 4,
  cpuFrom: 'measured',
  sizes: [
    size(128, 164, 0.3, false),
    size(512, 44, 0.57),
    size(592, 29, 0.48),
    size(1024, 24, 0.61),
    size(1160, 16, 0.52),
    size(2048, 16, 0.75),
  ],
  treads: [],
  checked: [],
  cheapestMb: 592,
  fastestMb: 1160,
  basis,
};

it('says what another size would do to time and cost, and never one that does not hold the memory', () => {
  expect(plain(memoryVerdict(memory, 'cheapest'))).toBe(
    '592 MB would be 34 % faster and 16 % cheaper than 512 MB today.',
  );
  expect(plain(memoryVerdict(memory, 'fastest'))).toBe(
    '1,160 MB would be 64 % faster and 8.8 % cheaper than 512 MB today.',
  );
  expect(sizeFor(memory, 'balanced')?.memoryMb).toBe(1160);
  expect(plain(memoryVerdict({ ...memory, fromMb: 592, measured: [] }, 'cheapest'))).toBe(
    '592 MB, as it is, is the cheapest size.',
  );
});

it('advises nothing where too little is known, no law holds, or the quota is not enforced', () => {
  expect(memoryVerdict(undefined, 'cheapest')).toMatch(/is unknown: no function reported/);
  expect(memoryVerdict({ ...memory, basis: { ...basis, enough: false, n: 24 } }, 'cheapest')).toBe(
    'The effect of other memory sizes is not known yet (24 of 100 warm calls).',
  );
  expect(memoryVerdict({ ...memory, sizes: [] }, 'cheapest')).toMatch(/how CPU grows with memory is unknown/);
  const fast = [{ memoryMb: 512, n: 4000, sandboxes: 90, meanMs: 30 }];
  expect(plain(memoryVerdict({ ...memory, measured: fast }, 'cheapest'))).toMatch(
    /^At 512 MB calls are faster than a CPU quota allows; it is probably not enforced/,
  );
});

const cost: CostEntry = {
  function: 'checkout',
  deployment: {},
  memoryMb: 512,
  n: 5000,
  callsPerMonth: 179_160,
  billedMs: { value: 50, n: 5000 },
  perMillion: { total: { value: 1.2, low: 1.1, high: 1.3, n: 5000 }, requests: 0.2, time: 1 },
  perMonth: { value: 0.21, low: 0.2, high: 0.23, n: 5000 },
  efficiency: { time: 0.88 },
  initialisationShare: 0.1,
  breakEven: [
    {
      machine: 'a',
      title: 'EC2',
      perHour: 0.03,
      date: '2025',
      source: '',
      requestsPerHour: 50_000,
      share: 0.005,
    },
  ],
  basis,
};

it('takes the price of a million calls apart without losing any of it', () => {
  const parts = moneyParts(cost, memory);
  expect(parts.reduce((sum, { amount }) => sum + amount, 0)).toBeCloseTo(1.2, 9);
  const amountOf = (name: string) => parts.find((one) => one.name === name)?.amount;
  expect(amountOf('Held back by the quota')).toBeCloseTo((0.88 * 28) / 44, 9);
  expect(amountOf('CPU at work')).toBeCloseTo((0.88 * 12) / 44, 9);
  expect(amountOf('Cold starts')).toBeCloseTo(0.1, 9);
  expect(plain(moneyVerdict(cost, parts))).toBe(
    '47 % goes to waiting for the CPU quota; a million calls cost $1.20.',
  );
  const alone = moneyParts(cost, undefined);
  expect(alone.map(({ name }) => name)).toEqual([
    'The handler',
    'Cold starts',
    'Beyond the handler',
    'Request fee',
  ]);
  expect(alone.reduce((sum, { amount }) => sum + amount, 0)).toBeCloseTo(1.2, 9);
  const total = { value: 1.5, low: 1.4, high: 1.6, n: 5000 };
  const stored = moneyParts(
    { ...cost, perMillion: { total, requests: 0.2, time: 1, storage: 0.3 } },
    undefined,
  );
  expect(stored.find(({ name }) => name === 'Temporary storage')?.amount).toBe(0.3);
  expect(stored.reduce((sum, { amount }) => sum + amount, 0)).toBeCloseTo(1.5, 9);
});

it('adds up months, and compares with machines', () => {
  expect(plain(costVerdict([cost]))).toBe('At this rate it would cost $0.21 a month ($0.20 to $0.23).');
  const dear = { ...cost, function: 'io', perMonth: { value: 0.63, n: 9 } };
  expect(plain(costVerdict([cost, dear]))).toBe(
    'At this rate all would cost $0.84 a month; io has 75 % of it.',
  );
  const { perMonth: _, ...unpriced } = cost;
  expect(costVerdict([unpriced])).toMatch(/no price plan matches/);
  expect(plain(machineVerdict(cost))).toBe(
    'No: a machine pays from 50,000 calls an hour on; it has 0.50 % of that.',
  );
  expect(machineVerdict(undefined)).toMatch(/is not known yet/);
});
