/**
 * A report as one self-contained page without scripts: its policy allows only its one style sheet, by hash. Names come
 * from outside and are always written as text.
 */
import { createHash } from 'node:crypto';
import { evidenceParts } from '../charts/render/frame.ts';
import { columnWords, MOST_ROWS, onPageSvg } from '../charts/render/on-page.ts';
import type { DrawSvg } from '../charts/render/svg.ts';
import { escapeXml } from '../charts/render/xml.ts';
import type { Picture, Table } from '../charts/picture.ts';
import { figure } from '../charts/words.ts';
import { REPORT_STYLE } from './style.ts';
import type { Report, Section } from './report.ts';

/** @param draw draws the charts */
export function reportHtml(report: Report, draw: DrawSvg): string {
  const hash = createHash('sha256').update(REPORT_STYLE).digest('base64');
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
  let pictures = 0;
  const sections = report.sections.map((section) =>
    sectionHtml(section, (picture) => {
      pictures += 1;
      return pictureHtml(picture, draw, `p${pictures}`);
    }),
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="content-security-policy" content="${escapeXml(policy)}">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>${escapeXml(report.title)}</title>
<style>${REPORT_STYLE}</style>
</head>
<body>
<header><h1>${bdi(report.title)}</h1>
${report.facts.map((fact) => `<p>${bdi(fact)}</p>`).join('\n')}
</header>
<main>
${sections.join('\n')}
${report.remarks.map((remark) => `<p>${bdi(remark)}</p>`).join('\n')}
</main>
</body>
</html>
`;
}

/** Text from outside, isolated so that its direction does not affect its surroundings. */
const bdi = (text: string): string => `<bdi>${escapeXml(text)}</bdi>`;

function sectionHtml({ heading, subheading, pictures }: Section, draw: (picture: Picture) => string): string {
  const below = subheading === undefined ? '' : `<p>${bdi(subheading)}</p>`;
  return `<section><h2>${bdi(heading)}</h2>${below}\n${pictures.map(draw).join('\n')}</section>`;
}

function pictureHtml(picture: Picture, draw: DrawSvg, id: string): string {
  const evidence = evidenceParts(picture.evidence).map(
    ([name, text]) => `<span><b>${escapeXml(name)}</b> ${bdi(text)}</span>`,
  );
  return `<figure>
<figcaption><p>${bdi(picture.question)}</p><h3 id="${id}-verdict">${bdi(picture.verdict)}</h3></figcaption>
${picture.option === undefined ? '' : `<div class="picture" role="region" tabindex="0" aria-labelledby="${id}-verdict">${onPageSvg(draw, picture, id)}</div>`}
<p class="evidence">${evidence.join(' ')}</p>
${tableHtml(picture.table)}
</figure>`;
}

function tableHtml({ columns, rows }: Table): string {
  if (rows.length === 0) return '';
  const head = columns.map((column) => `<th>${escapeXml(columnWords(column))}</th>`);
  const body = rows
    .slice(0, MOST_ROWS)
    .map((row) => `<tr>${row.map((cell) => `<td>${cellText(cell)}</td>`).join('')}</tr>`);
  const cut = rows.length > MOST_ROWS ? `<p>The first ${MOST_ROWS} of ${rows.length} rows.</p>` : '';
  return `<details><summary>Show as table</summary>${cut}<div><table><thead><tr>${head.join('')}</tr></thead><tbody>
${body.join('\n')}
</tbody></table></div></details>`;
}

function cellText(cell: string | number | undefined): string {
  if (cell === undefined) return '';
  return typeof cell === 'number' ? escapeXml(figure(cell)) : bdi(cell);
}
