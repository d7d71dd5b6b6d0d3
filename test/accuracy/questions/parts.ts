import { SECTIONS } from './index.ts';
import type { Section } from './section.ts';

/** Heading of the parts about single questions, the last of the page. */
export const QUESTIONS_TITLE = '## Other questions';

const headingOf = (name: string): string => `### \`${name}\``;

/** @throws {RangeError} if there is none of this name */
export function partNamed(name: string): Section {
  const section = SECTIONS.find((own) => own.name === name);
  if (section === undefined)
    throw new RangeError(`no section ${name}; there are ${SECTIONS.map((own) => own.name).join(', ')}`);
  return section;
}

/** Measures one question. @returns its part of the page */
export function measureSection({ name, about, measure }: Section, scale: number): string {
  const rows = measure(scale).map(
    ({ what, wanted, reached, n, holds }) =>
      `| ${what} | ${wanted} | ${reached} | ${n} | ${holds ? 'holds' : '**missed**'} |`,
  );
  const command = `npm run bench:accuracy -- --only ${name}${scale === 1 ? '' : ` --scale ${scale}`}`;
  return `${headingOf(name)}

${about} (\`${command}\`, ${new Date().toISOString().slice(0, 10)})

| what | wanted | reached | of | |
| --- | --- | --- | --- | --- |
${rows.join('\n')}
`;
}

/** The parts of a page. */
export function parts(page: string): string {
  const at = page.indexOf(`\n${QUESTIONS_TITLE}\n`);
  return at < 0 ? '' : page.slice(at + QUESTIONS_TITLE.length + 2).trim();
}

/** A page with one part replaced, or appended. */
export function withPart(page: string, name: string, part: string): string {
  const own = parts(page);
  const head = page.includes(`\n${QUESTIONS_TITLE}\n`)
    ? page.slice(0, page.indexOf(`\n${QUESTIONS_TITLE}\n`))
    : page;
  const others = own.split(/^(?=### )/m).filter((other) => other.trim() !== '');
  const at = others.findIndex((other) => other.startsWith(`${headingOf(name)}\n`));
  if (at < 0) others.push(part);
  else others[at] = part;
  return `${head.trimEnd()}\n\n${QUESTIONS_TITLE}\n\n${others.map((other) => other.trim()).join('\n\n')}\n`;
}
