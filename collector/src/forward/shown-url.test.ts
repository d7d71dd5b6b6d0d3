import { describe, expect, it } from 'vitest';
import { shownUrl } from './shown-url.ts';

describe('the displayed form of a URL', () => {
  it.each([
    'http://127.0.0.1:4318/v1/traces',
    'https://otlp.example/otlp/v1/traces',
    'https://otlp.example/api/v2/otlp/traces',
  ])('is %s itself, which has no secret', (url) => expect(shownUrl(url)).toBe(url));

  it.each([
    ['https://o.example/v1/traces?api-key=s3cret', 'https://o.example/v1/traces?…#'],
    ['https://o.example/ingest/0a1b2c3d4e5f6a7b/v1/traces', 'https://o.example/ingest/…/v1/traces#'],
    [`https://o.example/${'abcdefgh'.repeat(5)}/v1/traces`, 'https://o.example/…/v1/traces#'],
  ])('is %s without its key', (url, head) => {
    expect(shownUrl(url).startsWith(head)).toBe(true);
    expect(shownUrl(url).slice(head.length)).toMatch(/^[\da-f]{8}$/);
    expect(shownUrl(url)).not.toBe(shownUrl(`${url}0`));
  });
});
