import {
  array,
  assert,
  constantFrom,
  dictionary,
  integer,
  jsonValue,
  property,
  string,
  uint8Array,
} from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonRecords } from './json-records.ts';
import type { JsonRecord, JsonRecordsOptions } from './json-records.ts';

const OPTIONS: JsonRecordsOptions = { maxBytes: 1000, lists: ['events'] };

function read(text: string, chunkBytes = text.length, options = OPTIONS): JsonRecord[] {
  const records = new JsonRecords(options);
  const bytes = Buffer.from(text);
  const found: JsonRecord[] = [];
  for (let from = 0; from < bytes.byteLength; from += chunkBytes) {
    found.push(...records.push(bytes.subarray(from, from + chunkBytes)));
  }
  return [...found, ...records.end()];
}

const values = (records: readonly JsonRecord[]): unknown[] => records.map(({ value }) => value);

describe('records of JSON', () => {
  const items = [
    { a: 1, b: '[{"}]' },
    { a: 2, c: [{ d: '"\\' }] },
    { a: 3, d: [1] },
  ];

  it.each([
    ['one a line', items.map((item) => JSON.stringify(item)).join('\n')],
    ['after one another', items.map((item) => JSON.stringify(item)).join('')],
    ['a list', JSON.stringify(items)],
    ['a pretty list', JSON.stringify(items, null, 4)],
    ['a list with an element a line', `[\n${items.map((item) => JSON.stringify(item)).join(',\n')}\n]\n`],
    ['a list in an outer object', JSON.stringify({ owner: 'x', events: items, next: { events: [7] } })],
    ['a pretty list in an outer object', JSON.stringify({ events: items, searched: [] }, null, 2)],
    [
      'two pages',
      `${JSON.stringify({ events: items.slice(0, 1) })}\n${JSON.stringify({ events: items.slice(1) })}`,
    ],
  ])('are found in any container: %s', (_, text) => {
    for (const chunkBytes of [1, 2, 3, 7, 64, text.length]) {
      const found = read(text, chunkBytes);
      expect(values(found), `${chunkBytes} bytes`).toEqual(items);
    }
  });

  it('have the members of the outer object before the list', () => {
    const [first, second] = read('{"owner":"1","logGroup":"g","events":[{"a":1},{"a":2}]}', 5);
    expect(first).toEqual({ line: 1, value: { a: 1 }, outer: { owner: '1', logGroup: 'g', events: [] } });
    expect(second?.outer).toEqual(first?.outer);
  });

  it.each([
    ['a text without an end', '{"a":1}\n{"a":"x\n{"a":3}\n', 2],
    ['a line cut off after a comma', '{"a":1}\n{"a":1,\n{"a":3}\n', 2],
    ['a line cut off after a colon', '{"a":1}\n{"a":\n{"a":3}\n', 2],
    ['a bracket too many', '{"a":1}\n}\n{"a":3}\n', 2],
    ['the wrong bracket', '{"a":1}\n{"a":[1}\n{"a":3}\n', 2],
    ['no JSON', '{"a":1}\nSTART "of [something\n{"a":3}\n', 2],
    ['a missing comma', '{"a":1}\n{"a":1 "b":2}\n{"a":3}\n', 2],
    ['a long record', `{"a":1}\n{"a":"${'x'.repeat(2000)}"}\n{"a":3}\n`, 2],
    ['a deep record', `{"a":1}\n{"a":${'['.repeat(100)}${']'.repeat(100)}}\n{"a":3}\n`, 2],
    ['an outer object without an end', '{"events":[{"a":1}]}\n{"events":[{"a":{}\n{"events":[{"a":3}]}\n', 2],
    ['a list cut off after a comma', '{"events":[{"a":1},\n{"events":[7]}\n{"events":[{"a":3}]}\n', 2],
    ['in a list', '[\n  {"a":1},\n  {"a":"x},\n  {"a":3}\n]\n', 3],
    ['the last of a list', '{"events":[\n  {"a":1},\n  {"a":3},\n  {"a":\n]}\n', 4],
    ['in a pretty list', '[\n  {\n    "a": 1\n  },\n  {\n    "a: {\n  },\n  {\n    "a": 3\n  }\n]', 5],
  ])('are not lost beside a broken one, which is reported with its line: %s', (_, text, line) => {
    for (const chunkBytes of [1, 5, text.length]) {
      const found = read(text, chunkBytes);
      const good = found.filter(({ fault }) => fault === undefined);
      expect(values(good)).toEqual([{ a: 1 }, { a: 3 }]);
      const lines = found.filter(({ fault }) => fault !== undefined).map((record) => record.line);
      expect(lines[0]).toBe(line);
    }
  });

  it('that are cut off at the end are reported', () => {
    expect(read('{"a":1}\n{"a":')).toEqual([
      { line: 1, value: { a: 1 } },
      { line: 2, fault: 'it has no end' },
    ]);
    expect(read('[{"a":1},')).toEqual([
      { line: 1, value: { a: 1 } },
      { line: 1, fault: 'the list of records has no end' },
    ]);
  });

  it('are the same wherever chunks end', () => {
    const json = array(dictionary(string(), jsonValue({ maxDepth: 3 })), { maxLength: 5 });
    assert(
      property(json, integer({ min: 1, max: 20 }), constantFrom(0, 2), (list, chunkBytes, indent) => {
        const options = { maxBytes: 100_000, lists: ['records'] };
        const text = JSON.stringify({ records: list }, null, indent);
        expect(values(read(text, chunkBytes, options))).toEqual(JSON.parse(JSON.stringify(list)));
      }),
    );
  });

  it('cost nothing for bytes that mean nothing', () => {
    assert(
      property(uint8Array({ maxLength: 300 }), integer({ min: 1, max: 50 }), (bytes, chunkBytes) => {
        const found = read(Buffer.from(bytes).toString('latin1'), chunkBytes);
        expect(found.every(({ line }) => line > 0)).toBe(true);
      }),
    );
  });
});
