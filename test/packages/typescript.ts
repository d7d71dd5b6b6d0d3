/** TypeScript's modes of finding the declarations of a package. */
export interface Resolution {
  readonly moduleResolution: string;
  readonly module: string;
  /** Files of the module kinds that this mode supports. */
  readonly files: readonly ('esm.mts' | 'cjs.cts' | 'plain.ts')[];
}

export const RESOLUTIONS: readonly Resolution[] = [
  { moduleResolution: 'node16', module: 'node16', files: ['esm.mts', 'cjs.cts', 'plain.ts'] },
  { moduleResolution: 'nodenext', module: 'nodenext', files: ['esm.mts', 'cjs.cts', 'plain.ts'] },
  { moduleResolution: 'bundler', module: 'esnext', files: ['esm.mts', 'plain.ts'] },
  { moduleResolution: 'bundler', module: 'preserve', files: ['esm.mts', 'cjs.cts', 'plain.ts'] },
];

/** Modes that TypeScript 7 no longer has. */
export const OLD_RESOLUTION: Resolution = {
  moduleResolution: 'node10',
  module: 'commonjs',
  files: ['plain.ts'],
};

/** A project with all checks, including declarations of packages, and without `@types/node`. */
export function tsconfig({ module, moduleResolution, files }: Resolution): string {
  return JSON.stringify({
    compilerOptions: {
      module,
      moduleResolution,
      target: 'es2022',
      lib: ['es2022'],
      types: [],
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      skipLibCheck: false,
      noEmit: true,
    },
    files,
  });
}
