import { describe, expect, it } from 'vitest';
import { WrongTokens } from './wrong-tokens.ts';

describe('tokens that are not valid', () => {
  it('are logged with their peer, more and more rarely', async () => {
    const lines: string[] = [];
    const wrong = new WrongTokens((line) => lines.push(line));
    for (let time = 0; time < 3; time++) await wrong.strike('::ffff:192.0.2.7', 'read');
    await wrong.strike('2001:db8:1:2:3::4', 'send spans');
    expect(lines).toEqual([
      'a token that is not valid to read came from 192.0.2.7',
      'a token that is not valid to send spans came from 2001:db8:1:2::/64',
    ]);
    void Array.from({ length: 7 }, async () => wrong.strike('192.0.2.7', 'read'));
    expect(lines.at(-1)).toBe('a token that is not valid to read came from 192.0.2.7, the 10th in a row');
  });

  it('slow down the peer that sends them, and nobody else', async () => {
    const wrong = new WrongTokens(() => undefined);
    const took = async (address: string): Promise<number> => {
      const since = performance.now();
      await wrong.strike(address, 'read');
      return performance.now() - since;
    };
    for (let time = 0; time < 3; time++) await wrong.strike('192.0.2.7', 'read');
    expect(await took('192.0.2.7')).toBeGreaterThan(45);
    expect(await took('192.0.2.7')).toBeGreaterThan(95);
    expect(await took('192.0.2.7')).toBeGreaterThan(190);
    const order: string[] = [];
    const slowed = wrong.strike('192.0.2.7', 'read').then(() => order.push('slowed'));
    await wrong.strike('192.0.2.8', 'read').then(() => order.push('another'));
    await slowed;
    expect(order).toEqual(['another', 'slowed']);
  });

  it('get no answer while many others wait for one', async () => {
    const wrong = new WrongTokens(() => undefined);
    const answers = Array.from({ length: 50 }, async () => wrong.strike('192.0.2.7', 'read'));
    expect(await Promise.all(answers.slice(-15))).toEqual(Array.from({ length: 15 }, () => false));
  });
});
