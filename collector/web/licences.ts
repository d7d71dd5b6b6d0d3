import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'vite';

const PACKAGE = /^(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/;

/** Writes `licences.txt` beside the bundle: each package in it, with the text of its licence, and `licences.json`, their list. */
export function licences(): Plugin {
  return {
    name: 'licences',
    apply: 'build',
    async generateBundle(_options, bundle) {
      const folders = new Set<string>();
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== 'chunk') continue;
        for (const id of chunk.moduleIds) {
          const folder = PACKAGE.exec(id.replace('\0', ''))?.[1];
          if (folder !== undefined) folders.add(folder);
        }
      }
      const parts = await Promise.all([...folders].sort().map(describe));
      this.emitFile({
        type: 'asset',
        fileName: 'licences.txt',
        source: parts.map(({ text }) => text).join('\n'),
      });
      this.emitFile({
        type: 'asset',
        fileName: 'licences.json',
        source: JSON.stringify(parts.map(({ name, version, licence }) => ({ name, version, licence }))),
      });
    },
  };
}

interface Licensed {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  readonly text: string;
}

async function describe(folder: string): Promise<Licensed> {
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
    license?: string;
  };
  const file = (await readdir(folder)).find((name) => /^licen[cs]e/i.test(name));
  if (file === undefined) throw new Error(`${manifest.name} comes without the text of its licence`);
  const { name, version, license: licence = '' } = manifest;
  const text = await readFile(join(folder, file), 'utf8');
  return {
    name,
    version,
    licence,
    text: `${name} ${version} (${licence})\n\n${text.trim()}\n\n${'-'.repeat(80)}\n`,
  };
}
