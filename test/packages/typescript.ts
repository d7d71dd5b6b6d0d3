/** Ways in which TypeScript finds the declarations of a package. */
export interface Resolution {
  readonly moduleResolution: string;
  readonly module: string;
  /** Files of the kinds of module that this way knows. */
  readonly files: readonly ('esm.mts' | 'cjs.cts' | 'plain.ts')[];
}

export const RESOLUTIONS: readonly Resolution[] = [
  { moduleResolution: 'node16', module: 'node16', files: ['esm.mts', 'cjs.cts', 'plain.ts'] },
  { moduleResolution: 'nodenext', module: 'nodenext', files: ['esm.mts', 'cjs.cts', 'plain.ts'] },
  { moduleResolution: 'bundler', module: 'esnext', files: ['esm.mts', 'plain.ts'] },
  { moduleResolution: 'bundler', module: 'preserve', files: ['esm.mts', 'cjs.cts', 'plain.ts'] },
];

/** Which TypeScript 7 does not have any more. */
export const OLD_RESOLUTION: Resolution = {
  moduleResolution: 'node10',
  module: 'commonjs',
  files: ['plain.ts'],
};

/** A project that checks everything it can check, declarations of packages too, and has no `@types/node`. */
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
