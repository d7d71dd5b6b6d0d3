/** A report as Markdown, for a pull request: verdicts and evidence, and the charts if they were saved. */
import { evidenceParts } from '../charts/render/frame.ts';
import type { Picture } from '../charts/picture.ts';
import type { Report } from './report.ts';

/** @param fileOf path of a saved chart, relative to the text; undefined if it was not saved */
export function reportMarkdown(report: Report, fileOf: (picture: Picture) => string | undefined): string {
  const lines = [`# ${plain(report.title)}`, '', ...report.facts.map((fact) => `${plain(fact)}  `), ''];
  for (const { heading, subheading, pictures } of report.sections) {
    lines.push(`## ${plain(heading)}`, '');
    if (subheading !== undefined) lines.push(plain(subheading), '');
    for (const picture of pictures) lines.push(...pictureLines(picture, fileOf(picture)), '');
  }
  lines.push(...report.remarks.map((remark) => `${plain(remark)}  `));
  return `${lines.join('\n').trimEnd()}\n`;
}

function pictureLines(picture: Picture, file: string | undefined): string[] {
  const { question, verdict, evidence } = picture;
  const parts = evidenceParts(evidence).map(([name, text]) => `**${name}** ${plain(text)}`);
  return [
    `### ${plain(verdict)}`,
    '',
    plain(question),
    '',
    ...(file === undefined ? [] : [`![${plain(verdict)}](${encodeURI(file)})`, '']),
    `<sub>${parts.join(' · ')}</sub>`,
  ];
}

/** Escapes text from outside: it cannot become markup, a link, or a mention of somebody. */
function plain(text: string): string {
  return text
    .replaceAll(/\s+/g, (space) => (space.includes('\u00A0') ? '\u00A0' : ' '))
    .replaceAll(/[\\`*_{}[\]()#+!|<>~]/g, (mark) => `\\${mark}`)
    .replaceAll('&', '&amp;')
    .replaceAll('@', '&#64;')
    .replaceAll(/\b(https?|ftp):/gi, '$1&#58;')
    .replaceAll(/\bwww\./gi, 'www&#46;');
}
