import { describe, expect, it } from 'vitest';
import { parseTimeRange } from './time-range.ts';

const NOW = Date.UTC(2026, 5, 15, 12);
const from = (text: string): string => new Date(parseTimeRange({ from: text }, NOW).fromMs).toISOString();

describe('a time', () => {
  it.each([
    ['1750000000', '2025-06-15T15:06:40.000Z'],
    ['1750000000.25', '2025-06-15T15:06:40.250Z'],
    ['1750000000123', '2025-06-15T15:06:40.123Z'],
    ['1750000000123456', '2025-06-15T15:06:40.123Z'],
    ['1750000000123456789', '2025-06-15T15:06:40.123Z'],
    ['0', '1970-01-01T00:00:00.000Z'],
    ['2026-03-01', '2026-03-01T00:00:00.000Z'],
    ['2026-03-01T10:00:00+02:00', '2026-03-01T08:00:00.000Z'],
    ['2026-03-01 10:00:00z', '2026-03-01T10:00:00.000Z'],
    ['now', '2026-06-15T12:00:00.000Z'],
    ['-90s', '2026-06-15T11:58:30.000Z'],
    ['now-1h', '2026-06-15T11:00:00.000Z'],
    ['now-2w', '2026-06-01T12:00:00.000Z'],
  ])('may be written %s', (text, time) => expect(from(text)).toBe(time));

  it.each([
    'yesterday',
    '2026-02-30',
    '2026-13-01',
    '2026-02-30T00:00:00Z',
    'now+1h',
    '1h',
    '-1y',
    '1e9',
    '-5',
    '',
  ])('is not %j', (text) =>
    expect(() => parseTimeRange({ from: text }, NOW)).toThrow(
      expect.objectContaining({ code: 'ERR_BAD_TIME_RANGE', statusCode: 400 }),
    ),
  );
});
