/**
 * `node .ci/docs.ts` writes the reference pages: `docs/attributes.md` from the docstrings in `probes/src/semconv.ts`,
 * `docs/configuration.md` and `docs/errors.md` from the options and codes in the sources. With `--check` it only lists
 * those that are out of date (exit code 1 if any is). A name without a docstring is an error.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { table } from './markdown-table.ts';
import { renderConfiguration, renderErrors } from './reference.ts';

const SOURCE = fileURLToPath(new URL('../probes/src/semconv.ts', import.meta.url));

/** One exported name. */
export interface Entry {
  readonly kind: 'attribute' | 'span' | 'event';
  readonly name: string;
  readonly meaning: string;
  /** UCUM unit or kind of value; empty for strings and booleans. */
  readonly unit: string;
  /** When it is absent; empty if the docstring does not say. */
  readonly absent: string;
}

/** Names under one `// Heading.` comment. */
export interface Section {
  readonly heading: string;
  readonly entries: readonly Entry[];
}

const KINDS: Readonly<Record<string, Entry['kind']>> = { SPAN: 'span', EVENT: 'event' };

const UNITS: readonly (readonly [RegExp, string])[] = [
  [/_unix_ms$/, 'ms since 1970'],
  [/_ms$/, 'ms'],
  [/_us$/, 'µs'],
  [/_bytes$/, 'By'],
  [/_ratio$/, '1'],
  [/_ticks$/, '1/100 s'],
];

/**
 * The names in the source of `semconv.ts`, by section.
 *
 * @throws {Error} when a name has no docstring
 */
export function parseNames(source: string): Section[] {
  const sections: { heading: string; entries: Entry[] }[] = [];
  const token =
    /^\/\/ (?<heading>.+)$|^(?:\/\*\*(?<doc>(?:(?!\*\/)[\s\S])*)\*\/\n)?export const (?<kind>ATTR|SPAN|EVENT)_\w+ =\s+'(?<name>[^']+)';$/gm;
  for (const { groups = {} } of source.matchAll(token)) {
    const { heading, doc, kind, name } = groups;
    if (heading !== undefined) {
      sections.push({ heading: heading.replace(/\.$/, ''), entries: [] });
    } else if (name !== undefined) {
      const section = sections.at(-1) ?? { heading: 'Names', entries: [] };
      if (sections.length === 0) sections.push(section);
      section.entries.push(entry(KINDS[kind ?? ''] ?? 'attribute', name, doc ?? ''));
    }
  }
  return sections.filter(({ entries }) => entries.length > 0);
}

function entry(kind: Entry['kind'], name: string, doc: string): Entry {
  const text = doc
    .split('\n')
    .map((line) => line.replace(/^\s*\*? ?/, '').trim())
    .join(' ')
    .trim();
  if (text === '') throw new Error(`${name} has no docstring in probes/src/semconv.ts`);
  const [said = '', tag] = text.split(/\s*@unit\s+/);
  // A sentence ends at a full stop before a capital letter or a code mark; a final "; absent …" is a separate sentence.
  const sentences = said.replace(/; absent\b/g, '. Absent').split(/(?<=\.)\s+(?=[A-Z`])/);
  const isAbsence = (sentence: string): boolean => /^Absent\b/.test(sentence);
  return {
    kind,
    name,
    meaning: sentences.filter((sentence) => !isAbsence(sentence)).join(' '),
    unit: tag?.trim() ?? UNITS.find(([pattern]) => pattern.test(name))?.[1] ?? '',
    absent: sentences
      .filter(isAbsence)
      .map((sentence) => sentence.replace(/^Absent\s+/, ''))
      .join(' '),
  };
}

/** The whole page. */
export function renderPage(sections: readonly Section[]): string {
  const spans = sections.flatMap(({ entries }) => entries).filter(({ kind }) => kind !== 'attribute');
  const parts = [
    '# Spans and attributes',
    '<!-- Written by `node .ci/docs.ts` from the docstrings in probes/src/semconv.ts. Change them there. -->',
    'Everything that Sandscope writes on a span or its resource. Standard names are those of the OpenTelemetry semantic ' +
      'conventions 1.44.0; all others begin with `sandscope.`. A quantity is a number in the unit that its name ends in. ' +
      'A value that could not be read is absent, never 0.',
    'If invocations overlap in one process, `sandscope.window.shared` is true, and the counters of the process are absent, ' +
      'because they belong to all of these invocations together.',
    '## Spans',
    table(
      ['Span', 'What it is'],
      [
        ['the name of the function', 'SERVER span, one per invocation.'],
        ...spans.map(({ name, meaning }) => [`\`${name}\``, meaning]),
      ],
    ),
  ];
  for (const { heading, entries } of sections) {
    const attributes = entries.filter(({ kind }) => kind === 'attribute');
    if (attributes.length === 0) continue;
    parts.push(
      `## ${heading}`,
      table(
        ['Attribute', 'Meaning', 'Unit', 'Absent'],
        attributes.map(({ name, meaning, unit, absent }) => [`\`${name}\``, meaning, unit, absent]),
      ),
    );
  }
  return `${parts.join('\n\n')}\n`;
}

/** The generated pages, by their names in `docs/`. */
export const PAGES: Readonly<Record<string, () => Promise<string> | string>> = {
  'attributes.md': async () => renderPage(parseNames(await readFile(SOURCE, 'utf8'))),
  'configuration.md': renderConfiguration,
  'errors.md': renderErrors,
};

const pathOf = (name: string): string => fileURLToPath(new URL(`../docs/${name}`, import.meta.url));

/** The current content of a page, formatted like the repository. */
export async function currentPage(name: string): Promise<string> {
  const render = PAGES[name];
  if (render === undefined) throw new Error(`${name} is not a generated page`);
  return await format(await render(), { ...(await resolveConfig(pathOf(name))), parser: 'markdown' });
}

if (import.meta.main) {
  for (const name of Object.keys(PAGES)) {
    const wanted = await currentPage(name);
    const found = await readFile(pathOf(name), 'utf8').catch(() => '');
    if (found === wanted) continue;
    if (process.argv.includes('--check')) {
      console.error(`docs/${name} is out of date; run \`node .ci/docs.ts\``);
      process.exitCode = 1;
    } else {
      await writeFile(pathOf(name), wanted);
    }
  }
}
