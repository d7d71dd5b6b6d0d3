import { describe, expect, it } from 'vitest';
import { DEFAULT_SPAN_LIMITS } from '../otlp/index.ts';
import { readIngest } from './ingest.ts';
import { Settings } from './settings.ts';

describe('options of ingest', () => {
  it('has defaults', () => {
    expect(readIngest(new Settings({}, {}))).toEqual({ ack: undefined, limits: undefined });
  });

  it('can be set by option and by variable', () => {
    const settings = new Settings(
      { ack: 'stored', 'max-string-bytes': '1MiB' },
      { SANDSCOPE_ACK: 'memory', SANDSCOPE_MAX_NESTING: '64', SANDSCOPE_MAX_ATTRIBUTES: '128' },
    );
    expect(readIngest(settings)).toEqual({
      ack: 'stored',
      limits: { ...DEFAULT_SPAN_LIMITS, maxStringBytes: 1024 ** 2, maxNesting: 64, maxAttributes: 128 },
    });
  });

  it.each([
    [{ ack: 'soon' }, '--ack'],
    [{ 'max-nesting': '65' }, '--max-nesting'],
    [{ 'max-attributes': '0' }, '--max-attributes'],
    [{ 'max-events': '9999999' }, '--max-events'],
    [{ 'max-string-bytes': 'much' }, '--max-string-bytes'],
  ])('explains what is wrong with %j', (values, named) => {
    expect(() => readIngest(new Settings(values, {}))).toThrow(
      expect.objectContaining({ code: 'ERR_OPTION', message: expect.stringContaining(named) as string }),
    );
  });
});
