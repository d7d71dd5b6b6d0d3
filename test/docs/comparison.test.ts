import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

const read = async (name: string): Promise<string> =>
  await readFile(new URL(`../../docs/${name}`, import.meta.url), 'utf8');

/** The first number in each cell, without its interval, of all rows in the part of a page under a heading. */
function rowsOf(page: string, heading: string): Map<string, number[]> {
  const part = page.slice(page.indexOf(heading)).split(/\n#+ /)[0] ?? '';
  const rows = [...part.matchAll(/^\| (?<name>[^|]+?) +\|(?<cells>.+)\|$/gm)];
  return new Map(
    rows.map(({ groups }) => [
      groups!['name']!,
      groups!['cells']!.split('|').flatMap((cell) => (/[\d.]+/.exec(cell) ?? []).map(Number)),
    ]),
  );
}

/** Rows of the comparison, by their names in the measurement. */
const NAMES = {
  'Sandscope (ESM)': 'Sandscope (ESM)',
  'OpenTelemetry, as its Lambda layer': 'OpenTelemetry, bundled as its Lambda layer',
  'AWS Lambda Powertools Tracer': 'AWS Lambda Powertools Tracer',
  Datadog: 'Datadog',
  'SAAF-style inspector': 'SAAF-style inspector (nine shells, their CPU not counted)',
};

test.each(Object.entries(NAMES))('%s costs in the comparison what was measured', async (own, measured) => {
  const performance = await read('internals/performance.md');
  const [, cold] = rowsOf(performance, '### Cold start').get(measured)!;
  const warm = rowsOf(performance, '### Warm invocations').get(measured)!;
  const [memory] = rowsOf(performance, '### Memory after').get(measured)!;
  const compared = rowsOf(await read('comparison.md'), '## What instrumentation costs').get(own);
  expect(compared).toEqual([cold, warm[0], warm.at(-1), memory]);
});
