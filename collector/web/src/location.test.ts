import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { addressOf, onPage, readDeployment, readPlace, deploymentKey, withQuery } from './location.ts';
import { boundsOf, rangeWords, readRange, shifted, zoomed } from './range.ts';

it('any deployment survives its way through an address', () => {
  const text = fc.string({ minLength: 1, unit: 'grapheme' });
  fc.assert(
    fc.property(
      text,
      fc.option(text),
      fc.option(text),
      fc.option(text),
      (name, platform, account, region) => {
        const deployment = {
          function: name,
          ...(platform !== null && { platform }),
          ...(account !== null && { account }),
          ...(region !== null && { region }),
        };
        expect(readDeployment(deploymentKey(deployment))).toEqual(deployment);
        const place = readPlace(`/f/${deploymentKey(deployment)}/hosts`, '?from=-7d');
        expect(place).toMatchObject({ page: 'hosts', scope: deployment });
      },
    ),
  );
});

it.each([
  ['/', 'overview'],
  ['/f/checkout', 'function'],
  ['/f/checkout/keep-warm', 'keep-warm'],
  ['/sandboxes', 'sandboxes'],
  ['/sandboxes/a07d', 'sandbox'],
  ['/f/checkout/trace/5b8e', 'trace'],
  ['/nothing', 'overview'],
])('%s is the page %s', (path, page) => expect(readPlace(path, '').page).toBe(page));

it('keeps scope and range from page to page, and nothing else', () => {
  const place = readPlace('/f/checkout/cold-starts', '?from=-7d&tz=utc&colour=version');
  expect(addressOf(onPage(place, 'hosts'))).toBe('/f/checkout/hosts?from=-7d&tz=utc');
  expect(addressOf(onPage(place, 'trace', 'ab'))).toBe('/f/checkout/trace/ab?from=-7d&tz=utc');
  expect(addressOf(onPage(place, 'overview'))).toBe('/?from=-7d&tz=utc');
  expect(addressOf(onPage(place, 'function'))).toBe('/f/checkout?from=-7d&tz=utc');
  expect(addressOf(withQuery(place, { tz: undefined, colour: undefined }))).toBe(
    '/f/checkout/cold-starts?from=-7d',
  );
});

const NOW = Date.UTC(2026, 10, 28, 12);

it('moves and widens the range, and is never beyond now', () => {
  const range = readRange(new URLSearchParams('from=-6h'));
  expect([range.isLive, rangeWords(range)]).toEqual([true, 'Last 6 h']);
  expect(boundsOf(range, NOW)).toEqual([NOW - 21_600_000, NOW]);
  const back = shifted(range, -1, NOW);
  expect(back).toEqual({ from: '2026-11-28T00:00:00.000Z', to: '2026-11-28T06:00:00.000Z' });
  expect(shifted({ ...back, isLive: false }, 1, NOW).to).toBe('2026-11-28T12:00:00.000Z');
  expect(zoomed({ ...back, isLive: false }, 0.5, NOW)).toEqual({
    from: '2026-11-28T01:30:00.000Z',
    to: '2026-11-28T04:30:00.000Z',
  });
  expect(Date.parse(zoomed(range, 2, NOW).to)).toBe(NOW);
});
