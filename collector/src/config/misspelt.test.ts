import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { knownVariables } from '../commands/index.ts';
import { misspeltVariables } from './misspelt.ts';

describe('a variable that nobody reads', () => {
  it('is named, with what was probably meant', () => {
    const said = misspeltVariables(
      {
        SANDSCOPE_PROT: '1',
        SANDSCOPE_QUERY_TOKENS_FILE: 'f',
        SANDSCOPE_UMBRELLAS: 'fine',
        SANDSCOPE_PORT: '4318',
        SANDSCOPE_CLICKHOUSE_PASSWORD: 'p',
        SANDSCOPE_EXPORT: 'sync',
        SANDSCOPE_SERVICE_HOST: '10.0.0.1',
        SANDSCOPE_PORT_4318_TCP: 'tcp://10.0.0.1:4318',
        OTHER: 'x',
      },
      knownVariables(),
    );
    expect(said).toEqual([
      'SANDSCOPE_PROT is not a variable of Sandscope and has no effect; did you mean SANDSCOPE_PORT?',
      'SANDSCOPE_QUERY_TOKENS_FILE is not a variable of Sandscope and has no effect; did you mean SANDSCOPE_QUERY_TOKEN_FILE?',
      'SANDSCOPE_UMBRELLAS is not a variable of Sandscope and has no effect',
    ]);
  });

  it('is not one that the SDK or its probes read', () => {
    const read = ['sdk', 'probes'].flatMap((folder) => {
      const root = fileURLToPath(new URL(`../../../${folder}/src`, import.meta.url));
      return readdirSync(root, { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
        .flatMap(
          (file) => readFileSync(`${root}/${file}`, 'utf8').match(/(?<=')SANDSCOPE_[A-Z_]+(?=')/g) ?? [],
        );
    });
    expect(read.length).toBeGreaterThan(10);
    expect(misspeltVariables(Object.fromEntries(read.map((name) => [name, '1'])), knownVariables())).toEqual(
      [],
    );
  });
});
