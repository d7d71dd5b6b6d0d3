/**
 * `THIRD_PARTY_NOTICES.md` of a package: the third-party code that comes with it, and its licences. Except for the code
 * listed first, a package contains only its own code, which the bundling ensures; npm installs the rest beside it, each
 * with the text of its licence.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { markdownTable } from './generated-section.ts';
import { distOf, NOTICES, replaceFile, ROOT } from './packages.ts';
import type { Contained } from './picture-engine.ts';

interface Locked {
  readonly version?: string;
  readonly license?: string;
  /** Folder of the workspace. */
  readonly link?: boolean;
  readonly resolved?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}
type Lockfile = Readonly<Record<string, Locked>>;

/** Licences that allow redistributing the whole as Apache-2.0, by their SPDX identifiers. */
const ALLOWED = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'ISC',
  'MIT',
  // Applies only to its own files, which are installed unchanged.
  'MPL-2.0',
]);

/** The third-party content of a package. */
export interface NoticeOptions {
  /** It contains the workspaces it depends on, and needs no installed packages. */
  readonly bundled?: boolean;
  readonly contained?: readonly Contained[];
}

/** Where Node looks for a package: in the folder itself and in those above it. */
function locate(lockfile: Lockfile, from: string, name: string): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/')))) {
    const path = join(folder, 'node_modules', name);
    if (path in lockfile) return path;
    if (folder === '') return undefined;
  }
}

/** Adds a package's runtime dependencies, recursively, by their place in the lockfile. */
function collect(lockfile: Lockfile, from: string, found: Set<string>): void {
  const { dependencies, optionalDependencies } = lockfile[from] ?? {};
  for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
    const path = locate(lockfile, from, name);
    if (path === undefined || found.has(path)) continue;
    found.add(path);
    const { link, resolved } = lockfile[path] ?? {};
    collect(lockfile, link && resolved ? resolved : path, found);
  }
}

/** The licence of an installed package if the lockfile does not contain it. */
async function installedLicense(path: string): Promise<string | undefined> {
  const text = await readFile(join(ROOT, path, 'package.json'), 'utf8').catch(() => '{}');
  // npm used a list of objects before 2014.
  const { license, licenses } = JSON.parse(text) as { license?: string; licenses?: { type: string }[] };
  return license ?? licenses?.map(({ type }) => type).join(' OR ');
}

/**
 * Writes the notices of a package into its `dist/`.
 *
 * @throws {Error} if something has no licence, or one that is not permissive
 */
export async function writeNotices(
  workspace: string,
  { bundled = false, contained = [] }: NoticeOptions = {},
): Promise<void> {
  const { packages } = JSON.parse(await readFile(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Lockfile;
  };
  const found = new Set<string>();
  if (!bundled) collect(packages, workspace, found);
  const rows: string[][] = [];
  for (const path of [...found].sort()) {
    const { version = '', license = await installedLicense(path), link } = packages[path] ?? {};
    if (link) continue;
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    const choices = license?.replace(/[()]/g, '').split(' OR ') ?? [];
    if (!choices.some((one) => one.split(' AND ').every((part) => ALLOWED.has(part))))
      throw new Error(`${name} ${version} has the licence ${license}, which is not among those allowed`);
    rows.push([name, version, license ?? '']);
  }
  const unique = [...new Map(rows.map((row): [string, string[]] => [row.join(' '), row])).values()].sort(
    ([a = ''], [b = '']) => (a < b ? -1 : 1),
  );
  const text =
    unique.length === 0
      ? 'This package contains no third-party code, and has no dependencies.\n'
      : `${containedText(contained)}Its direct and indirect dependencies as of this version; npm installs them ` +
        `beside it, each with the text of its licence:\n\n${markdownTable([['Package', 'Version', 'Licence'], ...unique])}\n`;
  await replaceFile(join(distOf(workspace), NOTICES), `# Third-party notices\n\n${text}`);
}

function containedText(contained: readonly Contained[]): string {
  if (contained.length === 0) return 'This package contains no third-party code. ';
  const rows = contained.map(({ name, version, licence, file }) => [name, version, licence, file]);
  return `This package contains third-party code:\n\n${markdownTable([['Package', 'Version', 'Licence', 'Text'], ...rows])}\n\n`;
}
