import { expect, it } from 'vitest';
import { occurring } from './legend.tsx';

it('names no mark that is not in the picture', () => {
  const tick = { mark: 'tick', colour: 'ink', label: 'said goodbye' } as const;
  const cross = { mark: 'cross', colour: 'ink', label: 'evicted', occurs: false } as const;
  expect(occurring([tick, cross, { ...cross, occurs: true }]).map(({ label }) => label)).toEqual([
    'said goodbye',
    'evicted',
  ]);
});
