/** Programs that use every entry of the packages; the entries are read from the packages. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { distOf } from '../../.ci/packages.ts';

/** The packages that others import, by workspace. */
const LIBRARIES = ['probes', 'sdk'] as const;

export const SDK = '@sandscope/sdk';
export const PROBES = '@sandscope/probes';

/** Runs with the command, which includes what it needs, and in no function. */
const OUTSIDE = `${PROBES}/outside`;

/** The entries of a built package, as import specifiers. */
async function entries(workspace: string): Promise<readonly { name: string; needsPeers: boolean }[]> {
  const text = await readFile(join(distOf(workspace), 'package.json'), 'utf8');
  const { name, exports } = JSON.parse(text) as {
    name: string;
    exports: Record<string, string | { import: { types: string } }>;
  };
  const found = Object.entries(exports).flatMap(([key, files]) =>
    typeof files === 'string' ? [] : [{ name: join(name, key), types: files.import.types }],
  );
  const told = found.filter(({ name }) => name !== OUTSIDE);
  return Promise.all(
    told.map(async (entry) => {
      const types = await readFile(join(distOf(workspace), entry.types), 'utf8');
      return { name: entry.name, needsPeers: types.includes('"@opentelemetry/') };
    }),
  );
}

/** @param peers whether OpenTelemetry is installed, which one entry needs */
export async function importable(peers: boolean): Promise<readonly string[]> {
  const all = (await Promise.all(LIBRARIES.map(entries))).flat();
  return all.filter(({ needsPeers }) => peers || !needsPeers).map(({ name }) => name);
}

/** TypeScript that compiles only if the types of everything exist and are correct. */
export function typedProgram(names: readonly string[]): string {
  return `import { SdkError, wrap } from '${SDK}';
import { sandscope } from '${SDK}/http';
import { readHostFacts } from '${PROBES}/inside';
${names.map((name, i) => `import * as entry${i} from '${name}';`).join('\n')}

export const handler: (event: { a: number }) => Promise<number> = wrap(async (event: { a: number }) => event.a);
export const code: 'ERR_HANDLER_TYPE' = new SdkError('ERR_HANDLER_TYPE', '').code;
export const arch: string = readHostFacts().arch;
sandscope({ name: 'shop' })({}, {}, () => undefined);
export const entries: readonly object[] = [${names.map((_, i) => `entry${i}`).join(', ')}];
// @ts-expect-error a number is no handler
wrap(1);
// @ts-expect-error there is no such option
wrap(async () => undefined, { nam: 'f' });
`;
}

const USE = `
const handler = wrap(async ({ a, b }) => a + b, { name: 'sum' });
for (const [name, entry] of Object.entries(entries))
  if (Object.keys(entry).length === 0) throw new Error(name + ' exports nothing');
handler({ a: 1, b: 2 }, {}).then((sum) => console.log(JSON.stringify({ sum, arch: readHostFacts().arch })));
`;

/** JavaScript that invokes a wrapped handler, and prints its span (`SANDSCOPE_EXPORT=stdout`) and its result. */
export function program(format: 'esm' | 'cjs', names: readonly string[]): string {
  const load = (what: string, from: string): string =>
    format === 'esm'
      ? `import ${what.replace(/^\w/, '* as $&')} from '${from}';`
      : `const ${what} = require('${from}');`;
  return [
    load('{ wrap }', SDK),
    load('{ readHostFacts }', `${PROBES}/inside`),
    ...names.map((name, i) => load(`entry${i}`, name)),
    `const entries = { ${names.map((name, i) => `'${name}': entry${i}`).join(', ')} };`,
    USE,
  ].join('\n');
}

/** Environment for {@link program}. */
export const STDOUT = { SANDSCOPE_EXPORT: 'stdout', NODE_OPTIONS: '' } as const;

/** The output of {@link program}: the names of the spans, and the sum. */
export function readOutput(stdout: string): { spans: string[]; sum: number } {
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { sum: number; resourceSpans?: ResourceSpans[] });
  const spans = lines.flatMap(({ resourceSpans = [] }) =>
    resourceSpans.flatMap(({ scopeSpans }) =>
      scopeSpans.flatMap((scope) => scope.spans.map(({ name }) => name)),
    ),
  );
  return { spans, sum: lines.at(-1)?.sum ?? Number.NaN };
}

interface ResourceSpans {
  scopeSpans: { spans: { name: string }[] }[];
}
