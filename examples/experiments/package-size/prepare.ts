/** Builds the functions that differ from `probe` only in the size of their code, in `built/`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Number of unused functions in the code of each; each leaves about 50 bytes. */
const SIZES = { medium: 9_000, large: 27_000 };

const folder = join(import.meta.dirname, 'built');
mkdirSync(folder, { recursive: true });
for (const [name, functions] of Object.entries(SIZES)) {
  const ballast = Array.from(
    { length: functions },
    (_, n) => `export const f${n} = (x: number) => x * ${n} + ${n};`,
  );
  writeFileSync(join(folder, `${name}-ballast.ts`), `${ballast.join('\n')}\n`);
  const source = `import * as ballast from './${name}-ballast.ts';

// Named, so that bundlers keep it.
(globalThis as Record<string, unknown>)['ballast'] = ballast;
export { handler } from '../../../functions/probe/index.ts';
`;
  writeFileSync(join(folder, `${name}.ts`), source);
}
