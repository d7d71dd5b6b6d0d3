/**
 * `node .ci/docs.ts` writes `docs/attributes.md` from the docstrings in `probes/src/semconv.ts`; with `--check` it only
 * says whether the page is up to date (exit code 1 when not). A name without a docstring is an error.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';

const SOURCE = fileURLToPath(new URL('../probes/src/semconv.ts', import.meta.url));
const PAGE = fileURLToPath(new URL('../docs/attributes.md', import.meta.url));

/** One exported name. */
export interface Entry {
  readonly kind: 'attribute' | 'span' | 'event';
  readonly name: string;
  readonly meaning: string;
  /** UCUM unit or kind of value; empty for text and truth values. */
  readonly unit: string;
  /** When it is absent; empty where the docstring says nothing of it. */
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
  // A sentence ends at a full stop before a capital letter or a code mark; "; absent …" at its end is one of its own.
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
      'conventions 1.44.0; the rest lives under `sandscope.`. A quantity is a number in the unit that its name ends in. ' +
      'What could not be read is absent, never 0.',
    'A process-wide figure of an invocation that others overlapped belongs to all of them: `sandscope.window.shared` ' +
      'says so.',
    '## Spans',
    table(
      ['Span', 'What it is'],
      [
        ['the name of the function', 'SERVER span, one an invocation.'],
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

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** The page as it should be, formatted as the repository is. */
export async function currentPage(): Promise<string> {
  const page = renderPage(parseNames(await readFile(SOURCE, 'utf8')));
  return await format(page, { ...(await resolveConfig(PAGE)), parser: 'markdown' });
}

if (import.meta.main) {
  const wanted = await currentPage();
  const found = await readFile(PAGE, 'utf8').catch(() => '');
  if (process.argv.includes('--check')) {
    if (found !== wanted) {
      console.error('docs/attributes.md is not what probes/src/semconv.ts says: run `node .ci/docs.ts`');
      process.exitCode = 1;
    }
  } else if (found !== wanted) {
    await writeFile(PAGE, wanted);
  }
}
