import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';

const SOURCES = 'collector/src';
const TESTED = /\.(test|fixture)\.ts$|\/test-[^/]*$/;
const IMPORT = /(?:from|import\() ?'(\.{1,2}\/[^']+)'/g;

/** The folders that each folder of the collector imports from. Files at the top make a folder of their own. */
function importsOfFolders(): Map<string, Set<string>> {
  const imports = new Map<string, Set<string>>();
  for (const file of globSync(`${SOURCES}/**/*.ts`).filter((path) => !TESTED.test(path))) {
    const from = folderOf(file);
    for (const [, path = ''] of readFileSync(file, 'utf8').matchAll(IMPORT)) {
      const target = join(dirname(file), path);
      if (!target.startsWith(`${SOURCES}/`) || folderOf(target) === from) continue;
      imports.set(from, (imports.get(from) ?? new Set()).add(folderOf(target)));
    }
  }
  return imports;
}

function folderOf(file: string): string {
  const [folder, ...rest] = file.slice(SOURCES.length + 1).split('/');
  return rest.length === 0 ? '(top)' : folder!;
}

/** The linter finds circles of files; a change in one of two folders that import each other still needs both read. */
it('has no folders in the collector that import each other, directly or around', () => {
  const left = importsOfFolders();
  expect(left.size).toBeGreaterThan(20);
  for (let removed = true; removed;) {
    removed = false;
    for (const [folder, targets] of left)
      if ([...targets].every((target) => !left.has(target))) removed = left.delete(folder);
  }
  expect(Object.fromEntries([...left].map(([folder, targets]) => [folder, [...targets]]))).toEqual({});
});
