import { expect, it } from 'vitest';
import { engineMessage } from './engine-message.ts';

const CAUSE = 'Cannot use cgroups reader: Code: 107. DB::Exception: Cannot find cgroups. (FILE_DOESNT_EXIST)';
const TRACE =
  ', Stack trace (when copying this message, always include the lines below):\n\n0. ? @ 0x000000001c8fa4b3\n (version 26.7.2.1)\n';

it.each([
  [`${CAUSE}${TRACE}`, CAUSE],
  ['std::exception: no memory\n', 'std::exception: no memory'],
  ['\n', ''],
])('keeps what the engine says, without its stack: %j', (text, message) => {
  expect(engineMessage(text)).toBe(message);
});
