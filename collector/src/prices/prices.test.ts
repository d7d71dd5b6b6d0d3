import { describe, expect, test } from 'vitest';
import { billedMemoryGb, billedMs, charge, parsePlans, PLANS, PriceBook, provisionedMonth } from './index.ts';
import type { PricePlan } from './index.ts';

const book = new PriceBook();
const plan = (name: string): PricePlan => {
  const found = book.named(name);
  if (found === undefined) throw new Error(`no plan ${name}`);
  return found;
};

describe('what a call costs', () => {
  test('AWS Lambda in 2025: a GB-second to the millisecond, and the request', () => {
    const aws = plan('aws-lambda-x86-2025');
    const time = billedMs(aws, 99.2);
    expect(time).toBe(100);
    const cost = charge(aws, { requests: 1_000_000, billedMs: time * 1_000_000, memoryGb: 1 });
    expect(cost?.requests).toBeCloseTo(0.2, 12);
    expect(cost?.time).toBeCloseTo(1.66667, 10);
    expect(cost?.total).toBeCloseTo(1.86667, 10);
  });

  test('temporary storage of Lambda costs beyond what is included, with the time of the call', () => {
    const use = { requests: 0, billedMs: 1e6, memoryGb: 1 };
    const less = charge(plan('aws-lambda-x86-2025'), use)!;
    expect(less.storage).toBe(0);
    const more = charge(plan('aws-lambda-x86-2025'), { ...use, extraStorageGb: 9.5 })!;
    expect(more.storage).toBeCloseTo(9.5 * 1000 * 0.000_000_030_9, 12);
    expect(more.total).toBeCloseTo(less.total + more.storage, 12);
    expect(charge(plan('oracle-functions-2025'), { ...use, extraStorageGb: 9.5 })!.storage).toBe(0);
  });

  test('at 128 MB the request fee of AWS is that of 96 ms', () => {
    const cost = charge(plan('aws-lambda-x86-2025'), { requests: 1, billedMs: 96, memoryGb: 0.125 });
    expect(cost?.time).toBeCloseTo(cost?.requests ?? NaN, 9);
  });

  test('initialisation is billed where the plan says so', () => {
    expect(billedMs(plan('aws-lambda-x86-2025'), 10, 200)).toBe(210);
    expect(billedMs(plan('aws-lambda-x86-2020'), 10, 200)).toBe(100);
  });

  test('time is rounded up to whole steps, with a minimum', () => {
    expect(billedMs(plan('aws-lambda-x86-2020'), 200)).toBe(200);
    expect(billedMs(plan('aws-lambda-x86-2020'), 200.001)).toBe(300);
    expect(billedMs(plan('azure-functions-consumption-2025'), 3)).toBe(100);
    expect(billedMs(plan('azure-functions-flex-2025'), 3)).toBe(1000);
    expect(billedMs(plan('aws-lambda-x86-2025'), 0.1 + 0.2 + 2.7)).toBe(3);
  });

  test('memory is what is configured, or what was used in steps', () => {
    expect(billedMemoryGb(plan('aws-lambda-x86-2025').billing, 512, 60)).toBe(0.5);
    expect(billedMemoryGb(plan('azure-functions-consumption-2025').billing, undefined, 129)).toBe(0.25);
    expect(billedMemoryGb(plan('azure-functions-consumption-2025').billing, 512)).toBeUndefined();
  });

  test('Cloud Run adds vCPU and memory; Cloudflare takes CPU time alone', () => {
    const run = charge(plan('gcp-cloud-run-requests-2025'), {
      requests: 1,
      billedMs: 1000,
      memoryGb: 0.5,
      vcpus: 1,
    });
    expect(run?.time).toBeCloseTo(0.000_025_25, 12);
    const workers = charge(plan('cloudflare-workers-2025'), { requests: 1, billedMs: 500, cpuMs: 10 });
    expect(workers?.time).toBeCloseTo(0.000_000_2, 15);
  });

  test('is not told where the plan goes by what is not known', () => {
    expect(charge(plan('aws-lambda-x86-2025'), { requests: 1, billedMs: 100 })).toBeUndefined();
    expect(
      charge(plan('gcp-cloud-run-requests-2025'), { requests: 1, billedMs: 1, memoryGb: 1 }),
    ).toBeUndefined();
  });

  test('a provisioned GB of AWS is 10.80 a month', () => {
    expect(provisionedMonth(plan('aws-lambda-x86-2025'), 1, 1)).toBeCloseTo(10.8, 2);
    expect(provisionedMonth(plan('azure-functions-flex-2025'), 1, 1)).toBeUndefined();
  });
});

describe('the plan that is taken', () => {
  test('is the newest of the platform and architecture, and tells what is assumed', () => {
    const x86 = book.for({ platform: 'aws_lambda', architecture: 'x64', region: 'eu-west-1' });
    expect(x86?.plan.name).toBe('aws-lambda-x86-2025');
    expect(x86?.assumed).toEqual(['that the prices of this region are those of the source']);
    expect(book.for({ platform: 'aws_lambda', architecture: 'arm64' })?.plan.name).toBe(
      'aws-lambda-arm-2025',
    );
    expect(book.for({ platform: 'aws_lambda' })?.assumed).toContain('architecture amd64');
  });

  test('of Azure is found by the older name of its platform, too', () => {
    for (const platform of ['azure.functions', 'azure_functions'])
      expect(new PriceBook().for({ platform })?.plan.name).toBe('azure-functions-consumption-2025');
  });

  test('is none for a platform without prices', () => {
    expect(book.for({ platform: 'fission' })).toBeUndefined();
    expect(book.for({})).toBeUndefined();
  });

  test('is a user’s own before all others', () => {
    const own = parsePlans(JSON.stringify([OWN]), '--prices');
    expect(own[0]).toMatchObject({ verified: true, unverified: [] });
    const mine = new PriceBook(own);
    expect(mine.for({ platform: 'fission' })?.plan.name).toBe('ours-2026');
    expect(mine.plans).toHaveLength(PLANS.length + 1);
    const instead = new PriceBook(parsePlans(JSON.stringify([{ ...OWN, name: 'aws-lambda-arm-2025' }]), 'x'));
    expect(instead.plans).toHaveLength(PLANS.length);
    expect(instead.named('aws-lambda-arm-2025')?.title).toBe('Ours');
  });
});

describe('plans of a user', () => {
  const refused = (text: string): string => {
    try {
      parsePlans(text, '--prices');
    } catch (error) {
      return `${(error as { code: string }).code} ${(error as Error).message}`;
    }
    return 'taken';
  };

  test('that cannot be used are refused, and what is wrong is named', () => {
    expect(refused('{')).toMatch(/^ERR_OPTION --prices names a file that is not JSON/);
    expect(refused('{}')).toMatch(/^ERR_OPTION .*list of price plans: the whole /);
    expect(refused(JSON.stringify([{ ...OWN, perGbSecond: -1 }]))).toMatch(/\/0\/perGbSecond/);
    expect(refused(JSON.stringify([{ ...OWN, perGibSecond: 1 }]))).toMatch(/^ERR_OPTION /);
    expect(refused(JSON.stringify([OWN, OWN]))).toMatch(/two plans named ours-2026/);
    expect(refused(JSON.stringify([OWN]))).toBe('taken');
  });
});

test('every known plan is dated, has a source, and says what of it is not verified', () => {
  expect(new Set(PLANS.map(({ name }) => name)).size).toBe(PLANS.length);
  for (const { name, date, source, verified, unverified } of PLANS) {
    expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(date).toMatch(/^\d{4}/);
    expect(source).not.toBe('');
    expect(verified).toBe(unverified.length === 0);
  }
});

const OWN = {
  name: 'ours-2026',
  title: 'Ours',
  platforms: ['*'],
  date: '2026-11',
  currency: 'EUR',
  source: 'our own',
  perMillionRequests: 0,
  perGbSecond: 0.00001,
  billing: { basis: 'duration', granularityMs: 1, minimumMs: 0, memory: 'configured', initialisation: true },
};
