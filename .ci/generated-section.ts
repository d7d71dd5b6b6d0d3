import { readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { format, resolveConfig } from 'prettier';

/**
 * Puts a generated section between its markers in a Markdown file, or at the end if the file has none; creates the file
 * if it does not exist. The rest of the file stays unchanged.
 *
 * @param name in the markers: `<!-- name: generated, do not edit -->` to `<!-- /name -->`
 */
export async function updateSection(file: string, name: string, markdown: string): Promise<void> {
  const begin = `<!-- ${name}: generated, do not edit -->`;
  const end = `<!-- /${name} -->`;
  const old = await readFile(file, 'utf8').catch(() => `${titleOf(file)}\n`);
  const section = `${begin}\n\n${markdown}\n\n${end}`;
  const [start, stop] = [old.indexOf(begin), old.indexOf(end)];
  const updated =
    start >= 0 && stop > start
      ? old.slice(0, start) + section + old.slice(stop + end.length)
      : `${old.trimEnd()}\n\n${section}\n`;
  const options = await resolveConfig(file, { editorconfig: false });
  await writeFile(file, await format(updated, { ...options, filepath: file }));
}

/** A table in Markdown; the first row is its head, the first column is text, the others are figures. */
export function markdownTable([head = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '--:'))), ...rows.map(line)].join('\n');
}

const titleOf = (file: string): string => {
  const words = basename(file, '.md').replaceAll('-', ' ');
  return `# ${words.charAt(0).toUpperCase()}${words.slice(1)}`;
};
