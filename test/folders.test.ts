import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';

const TESTED = /\.(test|fixture)\.ts$|\/test-[^/]*$/;
const IMPORT = /(?:from|import|import\() ?'(\.{1,2}\/[^']+)'/g;

/** The folders that each folder below `sources` imports from. Files at the top make a folder of their own. */
function importsOfFolders(sources: string): Map<string, Set<string>> {
  const folderOf = (file: string): string => {
    const [folder, ...rest] = file.slice(sources.length + 1).split('/');
    return rest.length === 0 ? '(top)' : folder!;
  };
  const imports = new Map<string, Set<string>>();
  for (const file of globSync(`${sources}/**/*.ts`).filter((path) => !TESTED.test(path))) {
    const targets = imports.get(folderOf(file)) ?? new Set();
    imports.set(folderOf(file), targets);
    for (const [, path = ''] of readFileSync(file, 'utf8').matchAll(IMPORT)) {
      const target = join(dirname(file), path);
      if (target.startsWith(`${sources}/`) && folderOf(target) !== folderOf(file))
        targets.add(folderOf(target));
    }
  }
  return imports;
}

/** The linter finds cycles of files. To change one of two folders that import each other, one must still read both. */
it.each([
  ['collector/src', 20],
  ['sdk/src', 20],
  ['probes/src', 4],
])('has no folders in %s that import each other, directly or through others', (sources, least) => {
  const left = importsOfFolders(sources);
  expect(left.size).toBeGreaterThanOrEqual(least);
  for (let removed = true; removed;) {
    removed = false;
    for (const [folder, targets] of left)
      if ([...targets].every((target) => !left.has(target))) removed = left.delete(folder);
  }
  expect(Object.fromEntries([...left].map(([folder, targets]) => [folder, [...targets]]))).toEqual({});
});
