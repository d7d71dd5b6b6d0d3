import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Journal } from './journal.ts';
import { readPreviousProcess, leaveRequest } from './previous-process.ts';

function path(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sandscope-journal-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'stamp.journal');
}

test('the next process reads the last ordinal and the remaining export, once', () => {
  const at = path();
  const before = new Journal(at);
  for (let ordinal = 1; ordinal <= 12; ordinal += 1) before.begun(ordinal);
  expect(leaveRequest(at, '{"a":1}')).toBe(true);
  expect(leaveRequest(at, '{"b":2}')).toBe(true);
  expect(readPreviousProcess(at, 1024)).toEqual({ lastOrdinal: 12, request: '{"b":2}' });
  expect(readPreviousProcess(at, 1024)).toEqual({ lastOrdinal: undefined, request: undefined });
  new Journal(at).begun(1);
  expect(readFileSync(at, 'latin1')).toBe('1              \n');
});

test('a process that reports its own end leaves no note, but keeps an export that it could not send', () => {
  const at = path();
  const before = new Journal(at);
  before.begun(3);
  leaveRequest(at, 'x');
  before.close();
  before.begun(4);
  expect(readPreviousProcess(at, 1024)).toEqual({ lastOrdinal: undefined, request: 'x' });
});

test.each([
  '',
  'x',
  '0\n',
  '-1 \n',
  '1e9\n',
  '12',
  '\u0000\u0000',
  '99999999999999999999\n',
  '5\n'.repeat(99),
])('ignores a note that it did not write: %j', (text) => {
  const at = path();
  writeFileSync(at, text);
  expect(readPreviousProcess(at, 1024).lastOrdinal).toBeUndefined();
});

test('ignores an export that is too long, follows no link, and does not fail if it cannot write', () => {
  const at = path();
  writeFileSync(`${at}.export`, 'x'.repeat(2000));
  expect(readPreviousProcess(at, 1024).request).toBeUndefined();
  const victim = `${at}.victim`;
  writeFileSync(victim, '7              \n');
  symlinkSync(victim, at);
  symlinkSync(victim, `${at}.export`);
  expect(readPreviousProcess(at, 1024)).toEqual({ lastOrdinal: undefined, request: undefined });
  new Journal(at).begun(1);
  expect(leaveRequest(at, 'overwritten?')).toBe(true);
  expect(readFileSync(victim, 'latin1')).toBe('7              \n');
  const nowhere = '/nowhere/at/all';
  new Journal(nowhere).begun(1);
  expect(leaveRequest(nowhere, 'x')).toBe(false);
  expect(readPreviousProcess(nowhere, 1)).toEqual({ lastOrdinal: undefined, request: undefined });
  new Journal(nowhere).close();
});
