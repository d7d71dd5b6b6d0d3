/**
 * Bundles the SDK's core so that code that is not needed before the first response is included as text.
 *
 * V8 parses every function of a file when it loads it, called or not (about 33 µs per kB). A string costs a tenth of
 * that, so such code is a string that is compiled at its first use: the large one, `late`, after the response where the
 * platform allows, and small ones (`on-demand.ts` in several folders) in the few processes that need them. `node:vm`
 * compiles them, which works even if code generation from strings is forbidden.
 */
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type BuildOptions, type Metafile, type Plugin } from 'esbuild';
import { refuseThirdParty } from './packages.ts';
import * as semconv from '../probes/src/semconv.ts';

const SOURCES = fileURLToPath(new URL('../sdk/src', import.meta.url));
const PROBES = fileURLToPath(new URL('../probes/src/inside', import.meta.url));

/**
 * Modules of which all parts share one copy: those that hold state of the process, and some that several would include.
 * All others may exist several times.
 */
const SHARED = [
  ...[
    'clock/clock',
    'fence/report',
    'fence/timer',
    'invocation/failure',
    'process/registry',
    'sandbox/stamp-file',
    'trace/random-id',
    // These replace a text, which must be compiled only once.
    'invocation/on-demand',
    'pipeline/on-demand',
  ].map((name) => join(SOURCES, `${name}.ts`)),
  // One class of errors; otherwise no part would recognise those of the others.
  ...[
    '../errors',
    'cached',
    'clocks',
    'hash',
    'proc-file',
    'process-stat',
    'read-text',
    'transient',
    'wall-clock',
  ].map((name) => join(PROBES, `${name}.ts`)),
];
const nameOf = (path: string): string => `#${SHARED.indexOf(path)}`;

const COMMON = {
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node20',
  // The slow inventory is optional: loaded lazily if it is installed, never bundled.
  external: ['systeminformation', '@opentelemetry/*'],
  legalComments: 'none',
} satisfies BuildOptions;

/** Inlines the names of attributes where they are used: most are used once. */
const inlineNames: Plugin = {
  name: 'inline-names',
  setup(build) {
    build.onLoad({ filter: /[\\/](?:sdk|probes)[\\/]src[\\/].*\.ts$/ }, async ({ path }) => {
      const contents = (await readFile(path, 'utf8')).replace(
        /\bsemconv\.([A-Z][A-Z_\d]+)\b/g,
        (all, name: string) => {
          const value: unknown = Reflect.get(semconv, name);
          return typeof value === 'string' ? JSON.stringify(value) : all;
        },
      );
      return { contents, loader: 'ts' };
    });
  },
};

/**
 * The parts of the core that are texts, each by the file whose one function returns it. In the sources, that function
 * returns the namespace of the module that the file imports; in the bundle, it compiles the text at its first call.
 */
const TEXTS = [
  'export/on-demand',
  'invocation/on-demand',
  'io/on-demand',
  'pipeline/late',
  'pipeline/on-demand',
  'sandbox/on-demand',
] as const;

/** One of them. */
interface Text {
  readonly name: (typeof TEXTS)[number];
  /** Name of the function that returns it. */
  readonly exported: string;
  readonly text: string;
  /** Its source files. */
  readonly sources: readonly string[];
}

// A module variable, or an object that is filled later: not a constant table.
const STATE = /^(?:export )?(?:let |const [\w$]+(?:: [^=]+)? = new (?!(?:Set|Map)(?:<[^(]*>)?\([^)]))/m;

/** The files that replace a text have the compiled module as their state. */
const hasState = (path: string, source: string): boolean =>
  TEXTS.some((name) => path === join(SOURCES, `${name}.ts`)) || STATE.test(source);

/** A module with state would exist twice, and each part would see its own state. */
async function refuseDoubledState(parts: readonly (readonly string[])[]): Promise<void> {
  const all = parts.flatMap((part) => [...new Set(part)]);
  const doubled = [...new Set(all.filter((path, i) => all.indexOf(path) !== i))];
  const sources = await Promise.all(doubled.map((path) => readFile(path, 'utf8')));
  const keeping = doubled.filter((path, i) => hasState(path, sources[i] ?? ''));
  if (keeping.length > 0)
    throw new Error(
      `modules with state are in several parts of the bundle, but not in SHARED: ${keeping.join(', ')}`,
    );
}

const asProperties = (names: string): string => names.replaceAll(' as ', ':');

/** A text as the body of a function of `_r_`, a `require`, and `load`, its async form; returns the exports. */
async function bundleText(name: Text['name']): Promise<Text> {
  const accessor = await readFile(join(SOURCES, `${name}.ts`), 'utf8');
  const [, code] = /^import \* as code from '(.+)';$/m.exec(accessor) ?? [];
  const [, exported] = /^export function (\w+)\(\): typeof code \{$/m.exec(accessor) ?? [];
  if (code === undefined || exported === undefined) throw new Error(`${name}.ts does not return a module`);
  const { outputFiles, metafile } = await build({
    ...COMMON,
    metafile: true,
    entryPoints: [join(SOURCES, dirname(name), code)],
    format: 'esm',
    write: false,
    plugins: [
      inlineNames,
      {
        name: 'shared-modules',
        setup(build) {
          build.onResolve({ filter: /^\.\.?\/.*\.ts$/ }, ({ path, resolveDir }) => {
            const shared = SHARED.find((one) => one === join(resolveDir, path));
            return shared === undefined ? undefined : { path: nameOf(shared), external: true };
          });
        },
      },
    ],
  });
  // The bundler's output for modules is regular: imports at the start of a statement, one export at the end.
  const [file] = outputFiles;
  if (file === undefined) throw new Error('the bundler returned no file');
  const text = file.text
    .trim()
    .replace(/\bimport\{([^}]*)\}from("[^"]+")/g, (_, names: string, from: string) => {
      return `const{${asProperties(names)}}=_r_(${from})`;
    })
    .replace(/\bimport\(("node:\w+")\)/g, 'load($1)')
    .replace(/\bexport\{([^}]*)\};?$/, (_, names: string) => {
      const pairs = names.split(',').map((name) => name.split(' as ').reverse().join(':'));
      return `return{${pairs.join(',')}}`;
    });
  if (/(?:^|[;}])(?:import|export)[ {*'"]|\bimport\(/.test(text))
    throw new Error(`the text "${name}" still contains a module statement`);
  return { name, exported, text, sources: sourcesOf(metafile) };
}

// Node before 20.16 has no `getBuiltinModule`. In CommonJS a plain `require` with a computed name would work, but
// webpack and Rollup treat it as a module of theirs, so the bundle of a bundle would load nothing. And webpack removes
// `createRequire` if it is imported by name.
const BUILTIN = `
    import * as modules from 'node:module';
    let required;
    const builtin = (name) => {
      try {
        const found = process.getBuiltinModule?.(name);
        if (typeof found === 'object' ? found !== null : typeof found === 'function') return found;
      } catch {
        // Fall through to the loader below.
      }
      return (required ??= modules.createRequire('/'))(name);
    };`;

const COMPILER = '#compiler';

/** Puts the texts into a bundle in place of the files that return their modules. */
function codeAsTexts(texts: readonly Text[]): Plugin {
  const compiler = `
    ${BUILTIN}
    ${SHARED.map((path, i) => `import * as m${i} from ${JSON.stringify(path)};`).join('\n')}
    function compile(text, names, filename) {
      try {
        const compiled = builtin('node:vm').compileFunction(text, names, { filename });
        if (typeof compiled === 'function') return compiled;
      } catch (error) {
        m${SHARED.indexOf(join(SOURCES, 'fence', 'report.ts'))}.reportFailure('node:vm', error);
      }
      return Function(...names, text);
    }
    export function evaluate(text, filename) {
      const core = { ${SHARED.map((path, i) => `'${nameOf(path)}': m${i}`).join(', ')} };
      const require = (name) => core[name] ?? builtin(name);
      const load = async (name) => builtin(name);
      return compile(text, ['_r_', 'load'], filename)(require, load);
    }`;
  return {
    name: 'code-as-texts',
    setup(build) {
      build.onResolve({ filter: new RegExp(`^${COMPILER}$`) }, () => ({
        path: COMPILER,
        namespace: COMPILER,
      }));
      build.onLoad({ filter: /.*/, namespace: COMPILER }, () => ({
        contents: compiler,
        loader: 'js',
        resolveDir: SOURCES,
      }));
      build.onLoad({ filter: /[\\/]sdk[\\/]src[\\/]\w+[\\/](?:late|on-demand)\.ts$/ }, ({ path }) => {
        const found = texts.find(({ name }) => path === join(SOURCES, `${name}.ts`));
        if (found === undefined) throw new Error(`${path} is not in TEXTS`);
        const { name, exported, text } = found;
        return {
          contents: `
            import { evaluate } from '${COMPILER}';
            let module;
            export const ${exported} = () =>
              (module ??= evaluate(${JSON.stringify(text)}, 'sandscope-${name.replace('/', '-')}.js'));`,
          loader: 'js',
          resolveDir: SOURCES,
        };
      });
    },
  };
}

// The module timing is a separate file, and must be loaded before the function loads anything else.
const MODULE_TIMES = {
  cjs: `require('./modules.cjs')`,
  esm: `process.getBuiltinModule('node:module').createRequire(import.meta.url)('./modules.cjs')`,
};

/** Separate files of the bundle: few use them, but all would pay for loading them. */
function separateFiles(format: 'esm' | 'cjs'): Plugin {
  return {
    name: 'separate-files',
    setup(build) {
      build.onResolve({ filter: /^\.\.\/readings\/active-probes\.ts$/ }, () => ({
        path: `./active-probes.${format === 'esm' ? 'mjs' : 'cjs'}`,
        external: true,
      }));
      build.onResolve({ filter: /^\.\/modules\.cjs$/ }, ({ path }) => ({ path, external: true }));
      build.onLoad({ filter: /[\\/]sdk[\\/]src[\\/]modules[\\/]module-times\.ts$/ }, () => ({
        contents: `
          import { envVar } from './fence/environment.ts';
          import { guarded } from './fence/report.ts';
          if (envVar('SANDSCOPE_MODULES')?.trim() === '1')
            guarded('timing modules', () => ${MODULE_TIMES[format]});`,
        loader: 'js',
        resolveDir: SOURCES,
      }));
    },
  };
}

/**
 * Bundles entries of the SDK.
 *
 * @param entryPoints files of `sdk/src` by the name of their bundle
 * @param plugins additional ones
 * @returns the bundles, not written
 */
export async function bundleSdk(
  format: 'esm' | 'cjs',
  entryPoints: readonly { readonly in: string; readonly out: string }[],
  outdir: string,
  plugins: readonly Plugin[] = [],
): Promise<readonly { readonly path: string; readonly contents: Uint8Array }[]> {
  const texts = await Promise.all(TEXTS.map(bundleText));
  const { outputFiles, metafile } = await build({
    ...COMMON,
    metafile: true,
    entryPoints: [...entryPoints],
    outdir,
    outExtension: { '.js': format === 'esm' ? '.mjs' : '.cjs' },
    plugins: [codeAsTexts(texts), separateFiles(format), inlineNames, ...plugins],
    write: false,
    format,
  });
  await refuseDoubledState([
    sourcesOf(metafile, /\bsdk\/src\/index\.ts$/),
    ...texts.map(({ sources }) => sources),
  ]);
  refuseThirdParty([...Object.keys(metafile.inputs), ...texts.flatMap(({ sources }) => sources)]);
  return outputFiles.map(({ path, text }) => ({ path, contents: Buffer.from(quietForWebpack(text)) }));
}

/**
 * webpack warns about modules that are imported by a computed name. The minifier drops the source comment that tells
 * webpack not to look.
 */
function quietForWebpack(text: string): string {
  return text.replace(/\bimport\((?=\[)/g, 'import(/*webpackIgnore:true*/');
}

/** Source files that contribute to the output of an entry. */
const sourcesOf = ({ outputs }: Metafile, entry = /./): string[] =>
  Object.values(outputs)
    .filter(({ entryPoint }) => entryPoint !== undefined && entry.test(entryPoint))
    .flatMap(({ inputs }) => Object.entries(inputs))
    .flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [resolve(path)] : []));
