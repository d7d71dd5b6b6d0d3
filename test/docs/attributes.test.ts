import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { parseNames, renderPage } from '../../.ci/docs.ts';
import * as semconv from '@sandscope/probes/semconv';

test('every exported name is in the page, once', async () => {
  const source = await readFile(new URL('../../probes/src/semconv.ts', import.meta.url), 'utf8');
  const listed = parseNames(source).flatMap(({ entries }) => entries.map(({ name }) => name));
  const exported = Object.entries(semconv).filter(([key]) => /^(?:ATTR|SPAN|EVENT)_/.test(key));
  expect(listed).toHaveLength(exported.length);
  expect(new Set(listed)).toEqual(new Set(exported.map(([, name]) => name)));
});

describe('a docstring', () => {
  const one = (text: string) => parseNames(text)[0]!.entries[0]!;

  test('gives meaning, unit and absence', () => {
    const source =
      "// Part.\n/**\n * What it\n * is. Absent on Tuesdays.\n * @unit {day}\n */\nexport const ATTR_A = 'a.b';\n";
    expect(one(source)).toMatchObject({ meaning: 'What it is.', unit: '{day}', absent: 'on Tuesdays.' });
    expect(one("/** Path; absent without one. */\nexport const ATTR_A =\n  'a.b_ms';\n")).toMatchObject({
      meaning: 'Path.',
      unit: 'ms',
      absent: 'without one.',
    });
  });

  test('is needed', () => {
    expect(() => parseNames("export const ATTR_A = 'a';\n")).toThrow('a has no docstring');
  });

  test('is kept from breaking the table', () => {
    expect(renderPage(parseNames("/** `a` | `b`. */\nexport const ATTR_A = 'a';\n"))).toContain(
      '`a` \\| `b`.',
    );
  });
});
