/** Every entry of the built package, as an ES module and as CommonJS, on every installed Node. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SDK_DIST } from './support.ts';

function olderNode(): string | undefined {
  try {
    const version = execFileSync('/usr/bin/node', ['--version'], { encoding: 'utf8' });
    return Number(/^v(\d+)/.exec(version)?.[1]) >= 20 ? '/usr/bin/node' : undefined;
  } catch {
    return undefined;
  }
}

interface Files {
  default: string;
}
const manifest = JSON.parse(readFileSync(join(SDK_DIST, 'package.json'), 'utf8')) as {
  exports: Record<string, string | { import: Files; require: Files }>;
};
const entries = Object.entries(manifest.exports).flatMap(([key, files]) =>
  typeof files === 'string'
    ? []
    : [{ key, esm: join(SDK_DIST, files.import.default), cjs: join(SDK_DIST, files.require.default) }],
);
const nodes = [process.execPath, olderNode()].filter((path) => path !== undefined);

describe.each(nodes)('%s', (node) => {
  test('both kinds export the same, and share one core', () => {
    const program = `
      const entries = ${JSON.stringify(entries)};
      const { createRequire } = await import('node:module');
      const require = createRequire(import.meta.url);
      const told = {};
      for (const { key, esm, cjs } of entries) {
        const names = (module) => Object.keys(module).filter((name) => name !== 'default').sort();
        told[key] = { esm: names(await import(esm)), cjs: names(require(cjs)) };
      }
      const { wrap } = await import(entries.find(({ key }) => key === '.').esm);
      const { wrapFission } = await import(entries.find(({ key }) => key === './fission').esm);
      const once = wrapFission((context, callback) => callback(200));
      told.shared = [wrap(once) === once, once.length];
      process.stdout.write(JSON.stringify(told));`;
    const options = { encoding: 'utf8', env: { PATH: process.env['PATH'] ?? '' } } as const;
    const exported = JSON.parse(
      execFileSync(node, ['--input-type=module', '-e', program], options),
    ) as Record<string, { esm: string[]; cjs: string[] }>;
    for (const { key } of entries) {
      expect(exported[key]!.cjs).toEqual(exported[key]!.esm);
      expect(exported[key]!.esm.length).toBeGreaterThan(0);
    }
    expect(exported['shared']).toEqual([true, 2]);
  });
});
