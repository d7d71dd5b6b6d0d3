import type { Sample } from '@sandscope/probes/outside';
import { expect, it } from 'vitest';
import { writeSebsCsv } from './sebs-csv.ts';

const call: Sample = {
  index: 0,
  unit: 'cold/128/1',
  role: 'cold',
  outcome: 'ok',
  scheduledMs: 0,
  sentMs: 10,
  connectedMs: 35,
  endMs: 100.5,
  start: 'cold',
  memoryMb: 128,
  cell: { mode: 'cold' },
  function: { durationMs: 12.3456 },
  provider: { durationMs: 13.5, maxMemoryUsedMb: 64 },
};

it('writes what scripts for SeBS read', () => {
  const bare: Sample = {
    index: 1,
    unit: 'warm/as it is/1',
    role: 'warm',
    outcome: 'ok',
    scheduledMs: 0,
    sentMs: 200,
    endMs: 220,
    start: 'unknown',
    cell: { mode: 'warm' },
  };
  const failed: Sample = { ...bare, outcome: 'error', error: { code: 'timeout', message: 'no answer' } };
  expect(writeSebsCsv([call, bare, failed])).toBe(
    `memory,type,is_cold,exec_time,connection_time,client_time,provider_time,mem_used
128,cold,True,12346,0.025,65500,13500,64
0,warm,,,0,20000,,
`,
  );
});
