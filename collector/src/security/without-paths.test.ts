import { describe, expect, it } from 'vitest';
import { publicMessage, withoutPaths } from './without-paths.ts';

describe('a message for a client', () => {
  it.each([
    [
      "ENOSPC: no space left on device, write '/var/lib/sandscope/inbox.db'",
      "ENOSPC: no space left on device, write '…'",
    ],
    ['Cannot open file /tmp/a b/x, errno: 2', 'Cannot open file … b/x, errno: 2'],
    ['while reading (/data/store/0a1/all_1_1_0/data.bin): bad', 'while reading (…): bad'],
    ['send application/json or application/x-protobuf', 'send application/json or application/x-protobuf'],
    ['https://example.com/v1/traces answered 500', 'https://example.com/v1/traces answered 500'],
    ['1/2 of them, and/or none', '1/2 of them, and/or none'],
  ])('contains no path of this machine: %s', (given, told) => expect(withoutPaths(given)).toBe(told));

  it('repeats the words of the client unchanged', () => {
    const message = 'no function /a/b was seen';
    expect(publicMessage({ code: 'ERR_FUNCTION_NOT_FOUND', message })).toBe(message);
  });
});
