import { array, assert, constantFrom, integer, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CsvRows } from './csv-rows.ts';
import type { CsvRow } from './csv-rows.ts';

function read(text: string, chunkBytes = 1000, maxBytes = 1000): CsvRow[] {
  const rows = new CsvRows(maxBytes);
  const bytes = Buffer.from(text);
  const found: CsvRow[] = [];
  for (let from = 0; from < bytes.byteLength; from += chunkBytes)
    found.push(...rows.push(bytes.subarray(from, from + chunkBytes)));
  return [...found, ...rows.end()];
}

describe('rows of CSV', () => {
  it('are read by their header, with quotes, commas and lines in quotes', () => {
    const text = '\uFEFFa,"b"\r\n1,"x ""y"", z\nw"\r\n\r\n,\n"",5" tall';
    for (const chunkBytes of [1, 2, 3, 1000]) {
      expect(read(text, chunkBytes)).toEqual([
        { line: 2, row: { a: '1', b: 'x "y", z\nw' } },
        { line: 5, row: { a: '', b: '' } },
        { line: 6, row: { a: '', b: '5" tall' } },
      ]);
    }
  });

  it('that are broken are reported with their line, and cost no other row', () => {
    const long = `1,"${'x'.repeat(2000)}"`;
    expect(read(`a,b\n1\n1,2,3\n${long}\n4,5\n6,"x`)).toEqual([
      { line: 2, fault: 'it has 1 columns, but the header has 2' },
      { line: 3, fault: 'it has 3 columns, but the header has 2' },
      { line: 4, fault: 'it is longer than 1000 bytes' },
      { line: 5, row: { a: '4', b: '5' } },
      { line: 6, fault: 'a quoted text in it has no end' },
    ]);
    expect(read(`a,b\n${','.repeat(5000)}\n4,5\n`, 7)).toEqual([
      { line: 2, fault: 'it is longer than 1000 bytes' },
      { line: 3, row: { a: '4', b: '5' } },
    ]);
  });

  it('come back as they were written', () => {
    const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
    const rows = array(array(string(), { minLength: 2, maxLength: 2 }), { maxLength: 6 });
    assert(
      property(rows, integer({ min: 1, max: 9 }), constantFrom('\n', '\r\n'), (list, chunkBytes, end) => {
        const text = [['a', 'b'], ...list]
          .map((row) => row.map((field) => quoted(field)).join(',') + end)
          .join('');
        const found = read(text, chunkBytes, 100_000).map(({ row }) => [row?.['a'], row?.['b']]);
        expect(found).toEqual(list);
      }),
    );
  });
});
