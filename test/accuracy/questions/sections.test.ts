import { describe, expect, it } from 'vitest';
import { SECTIONS } from './index.ts';
import { partNamed, parts, QUESTIONS_TITLE, withPart } from './parts.ts';
import { Tally, atLeast, atMost, holds } from './section.ts';

describe('sections about single questions', () => {
  it('have names of their own', () => {
    expect(new Set(SECTIONS.map(({ name }) => name)).size).toBe(SECTIONS.length);
    expect(partNamed('cost').measure(1)).toEqual([expect.objectContaining({ holds: true, n: '12 prices' })]);
    expect(() => partNamed('weather')).toThrow(/no section weather; there are leaks/);
  });

  it.each(['clocks', 'overhead', 'cpu', 'chains'])('measure something of %s, the same each time', (name) => {
    const lines = partNamed(name).measure(0.05);
    expect(lines.length).toBeGreaterThan(1);
    for (const { reached } of lines) expect(reached).not.toContain('NaN');
    expect(partNamed(name).measure(0.05)).toEqual(lines);
  });

  it('count what holds', () => {
    const tally = new Tally();
    for (const isSo of [true, true, true, false]) tally.add(isSo);
    expect(atLeast('a', 0.75, tally, 'things')).toEqual({
      what: 'a',
      wanted: '≥ 75 %',
      reached: '75.0 %',
      n: '4 things',
      holds: true,
    });
    expect(atMost('a', 0.5, tally, 'things').holds).toBe(false);
    expect([holds({ low: 1, high: 2 }, 2), holds({ low: 1 }, 2), holds({}, 0)]).toEqual([true, false, false]);
  });
});

describe('a part of the page', () => {
  const page = '# Page\n\nText.\n';
  const part = (name: string, text: string): string => `### \`${name}\`\n\n${text}\n`;

  it('is put behind the others, and renewed in its place', () => {
    const two = withPart(withPart(page, 'a', part('a', 'one')), 'b', part('b', 'two'));
    expect(two).toBe(`# Page\n\nText.\n\n${QUESTIONS_TITLE}\n\n### \`a\`\n\none\n\n### \`b\`\n\ntwo\n`);
    const renewed = withPart(two, 'a', part('a', 'three'));
    expect(parts(renewed)).toBe('### `a`\n\nthree\n\n### `b`\n\ntwo');
    expect(withPart(renewed, 'a', part('a', 'three'))).toBe(renewed);
  });
});
