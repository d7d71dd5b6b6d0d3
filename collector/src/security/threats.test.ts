import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { DEFAULT_KEY_PATTERNS } from '../redact/index.ts';

const read = (path: string): string =>
  readFileSync(fileURLToPath(new URL(`../../../${path}`, import.meta.url)), 'utf8');
const page = read('docs/security.md');

/** Each threat, and the file and part of the title of its tests. */
const threats = page
  .slice(page.indexOf('## Threats'))
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .slice(2)
  .map((line) => {
    const [threat = '', , tests = ''] = line
      .split('|')
      .slice(1)
      .map((cell) => cell.trim());
    let file = '';
    const named = tests.split('; ').map((part) => {
      const [, path, title] = /^`([^`]+)`: (.+)$/.exec(part) ?? [undefined, file, part];
      file = path ?? file;
      return [file, title ?? ''] as const;
    });
    return [threat, named] as const;
  });

describe('the threats of docs/security.md', () => {
  it('are there', () => expect(threats.length).toBeGreaterThan(20));

  it.each(threats)('%s: has the tests it names', (_threat, named) => {
    for (const [file, title] of named) {
      const source = read(file).replaceAll(/'\s*\+\s*'/g, '');
      expect([file, title, source.includes(title)]).toEqual([file, title, true]);
    }
  });
});

describe('docs/security.md', () => {
  it('lists the default patterns', () => {
    const listed = /^<!-- checked by.*-->\n\n(.+?)\n\n/ms.exec(page)?.[1] ?? '';
    expect(listed.match(/(?<=`)[^`,\s]+(?=`)/g)).toEqual(DEFAULT_KEY_PATTERNS);
  });
});
