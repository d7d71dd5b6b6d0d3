import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => path !== '' && existsSync(join(ROOT, path)));
const pages = files.filter((path) => path.endsWith('.md'));

/** The anchors of a page, as GitHub derives them from its headings. */
function anchors(path: string): Set<string> {
  const seen = new Map<string, number>();
  const found = new Set<string>();
  for (const [, heading = ''] of withoutCode(readFileSync(path, 'utf8')).matchAll(/^#{1,6} (.+)$/gm)) {
    const slug = heading
      .trim()
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{M} _-]/gu, '')
      .replaceAll(' ', '-');
    const before = seen.get(slug) ?? 0;
    seen.set(slug, before + 1);
    found.add(before === 0 ? slug : `${slug}-${before}`);
  }
  return found;
}

function withoutCode(markdown: string): string {
  return markdown.replaceAll(/^ *(```|~~~)[\s\S]*?^ *\1$/gm, '');
}

/** The problem with a link, if any. */
function fault(page: string, link: string): string | undefined {
  if (/^[a-z][a-z+.-]*:/.test(link)) return undefined;
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? join(ROOT, page) : resolve(ROOT, dirname(page), decodeURIComponent(path));
  if (!existsSync(target)) return `${link}: no such file`;
  if (anchor === undefined || statSync(target).isDirectory()) return undefined;
  return anchors(target).has(anchor) ? undefined : `${link}: no such heading`;
}

test.each(pages)('%s has no dead links', (page) => {
  const text = withoutCode(readFileSync(join(ROOT, page), 'utf8'));
  const inline = [...text.matchAll(/\]\((?<link>[^()\s]+)\)/g)].map(({ groups }) => groups!['link']!);
  const defined = [...text.matchAll(/^\[[^\]]+\]: (?<link>\S+)/gm)].map(({ groups }) => groups!['link']!);
  expect([...inline, ...defined].flatMap((link) => fault(page, link) ?? [])).toEqual([]);
});

test('every page of docs that is named anywhere exists', () => {
  const missing = files
    .filter((path) => /\.(?:md|ts|tsx|mjs|json|yaml|yml|sh)$/.test(path) && path !== 'CHANGELOG.md')
    .flatMap((path) =>
      [...readFileSync(join(ROOT, path), 'utf8').matchAll(/\bdocs\/[\w/-]+\.md\b/g)]
        .filter(([name]) => !existsSync(join(ROOT, name)))
        .map(([name]) => `${path}: ${name}`),
    );
  expect(missing).toEqual([]);
});
