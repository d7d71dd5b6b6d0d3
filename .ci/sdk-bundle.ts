/**
 * How the SDK's core is bundled: what is not needed before the first response is in it as a text.
 *
 * V8 looks at every function of a file when it loads it, called or not (about 33 µs a kB); a text costs a tenth of that.
 * It is compiled where `late()` is called first, after the response where the platform allows. `node:vm` compiles it: that
 * works where code generation from strings is forbidden.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type BuildOptions, type Plugin } from 'esbuild';
import * as semconv from '../probes/src/semconv.ts';

const SOURCES = fileURLToPath(new URL('../sdk/src', import.meta.url));
const PROBES = fileURLToPath(new URL('../probes/src/inside', import.meta.url));

/**
 * Modules that both halves use one copy of: those that hold state of the process, and some that both would have. All
 * others may be there twice.
 */
const SHARED = [
  ...['clock', 'failure', 'random-id', 'report'].map((name) => join(SOURCES, `${name}.ts`)),
  ...['hash', 'proc-file', 'process-stat'].map((name) => join(PROBES, `${name}.ts`)),
];
const nameOf = (path: string): string => `#${SHARED.indexOf(path)}`;

// Besides those that are named by their unit.
const OWN_PROPERTIES = [
  ...[
    'adapt',
    'abandon',
    'alive',
    'awaitsCallback',
    'bufferSpans',
    'captures',
    'cgroup',
    'cloneGroup',
    'closing',
    'compression',
    'concurrent',
  ],
  ...[
    'clockSource',
    'countDropped',
    'delivery',
    'droppedSpans',
    'exportAndMeasure',
    'fingerprint',
    'forget',
    'freeze',
    'fsTiming',
  ],
  ...[
    'handlerEnded',
    'handlerStarted',
    'hypervisor',
    'identity',
    'idleSince',
    'initialised',
    'inventory',
    'involuntarySwitches',
    'isOurs',
  ],
  ...[
    'machine',
    'levels',
    'majorFaults',
    'measuring',
    'minorFaults',
    'networkText',
    'onInheritance',
    'onLeft',
    'outlet',
  ],
  ...[
    'parseCaptured',
    'periodPath',
    'probeEndpoint',
    'putBack',
    'quotaPath',
    'recorder',
    'recycle',
    'redescribe',
  ],
  ...[
    'resourceAttributes',
    'restarted',
    'runtimeApi',
    'sandbox',
    'sayGoodbye',
    'sayLastWords',
    'serviceName',
  ],
  ...[
    'statPath',
    'stopWatching',
    'takeEnded',
    'takeLegacy',
    'throttled',
    'throttles',
    'timedOut',
    'usagePath',
  ],
  ...['userWaited', 'voluntarySwitches', 'watchDeadline'],
];

const COMMON = {
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node20',
  // The slow inventory is optional: loaded lazily where it is installed, never bundled.
  external: ['systeminformation', '@opentelemetry/*'],
  legalComments: 'none',
  // Properties that only this package's own code knows. Not what adapters or the platform know by name.
  mangleProps: new RegExp(`(?:Bytes|Micros|Millis|Ms|Nanos|Ratio|Ticks)$|^(?:${OWN_PROPERTIES.join('|')})$`),
  // The second line: options of OpenTelemetry's processors.
  reserveProps:
    /^(?:getRemainingTimeInMillis|deadlineMs|monotonicNanos|scheduledDelayMillis|exportTimeoutMillis)$/,
} satisfies BuildOptions;

/** Writes the names of attributes out where they are used: most are used once. */
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

/** The bundler's output that a text is made of, and how it shortened properties. */
interface Late {
  readonly text: string;
  readonly mangleCache: Record<string, string | false>;
}

const asProperties = (names: string): string => names.replaceAll(' as ', ':');

/** The late half as the body of a function of `_r_`, a `require`, and `load`, an asynchronous one; it returns the exports. */
async function bundleLate(): Promise<Late> {
  const { outputFiles, mangleCache } = await build({
    ...COMMON,
    entryPoints: [join(SOURCES, 'late', 'index.ts')],
    format: 'esm',
    write: false,
    mangleCache: {},
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
  // What the bundler leaves of modules is regular: imports at the start of a statement, one export at the end.
  const [file] = outputFiles;
  if (file === undefined) throw new Error('the bundler gave nothing');
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
    throw new Error('the late half has a module statement left');
  return { text, mangleCache };
}

// Node before 20.16 has no other synchronous way to its own modules.
const BUILTIN = {
  cjs: 'const builtin = process.getBuiltinModule ?? require;',
  esm: `let builtin = process.getBuiltinModule;
    if (!builtin) import('node:module').then(({ createRequire }) => (builtin = createRequire('/')));`,
};

/** Puts the late half into a bundle in place of `late.ts`. */
function lateAsText(text: string, format: 'esm' | 'cjs'): Plugin {
  const contents = `
    ${BUILTIN[format]}
    ${SHARED.map((path, i) => `import * as m${i} from ${JSON.stringify(path)};`).join('\n')}
    let module;
    export function late() {
      if (module === undefined) {
        const core = { ${SHARED.map((path, i) => `'${nameOf(path)}': m${i}`).join(', ')} };
        const require = (name) => core[name] ?? builtin(name);
        const load = async (name) => builtin(name);
        module = builtin('node:vm').compileFunction(${JSON.stringify(text)}, ['_r_', 'load'], {
          filename: 'sandscope-late.js',
        })(require, load);
      }
      return module;
    }`;
  return {
    name: 'late-as-text',
    setup(build) {
      build.onLoad({ filter: /[\\/]sdk[\\/]src[\\/]late\.ts$/ }, () => ({
        contents,
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
 * @param plugins what else is to be done
 * @returns the bundles, not written
 */
export async function bundleSdk(
  format: 'esm' | 'cjs',
  entryPoints: readonly { readonly in: string; readonly out: string }[],
  outdir: string,
  plugins: readonly Plugin[] = [],
): Promise<readonly { readonly path: string; readonly contents: Uint8Array }[]> {
  const { text, mangleCache } = await bundleLate();
  const { outputFiles } = await build({
    ...COMMON,
    entryPoints: [...entryPoints],
    outdir,
    outExtension: { '.js': format === 'esm' ? '.mjs' : '.cjs' },
    plugins: [lateAsText(text, format), inlineNames, ...plugins],
    mangleCache,
    write: false,
    format,
  });
  return outputFiles;
}
