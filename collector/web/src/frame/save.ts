import { csv } from '../../../src/csv/csv.ts';
import { paint } from '../canvas/chart.tsx';
import type { Draw } from '../canvas/chart.tsx';
import { Pen, readColours } from '../canvas/pen.ts';
import type { Table } from './table.tsx';

/** Offers a file for download. */
export function save(name: string, content: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** A column’s unit is in its head. */
export function toCsv({ columns, rows }: Table): string {
  return csv([
    columns.map(({ label, unit }) => (unit === undefined ? label : `${label} (${unit})`)),
    ...rows,
  ]);
}

export interface Sheet {
  readonly question: string;
  readonly verdict: string;
  readonly evidence: readonly string[];
  readonly draw: Draw;
  readonly width: number;
  readonly height: number;
}

function wrapped(pen: Pen, text: string, width: number, size: number, isBold: boolean): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const longer = lines.length === 0 ? word : `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && pen.measure(longer, size, isBold) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

const MARGIN = 24;

/** Question, verdict, picture and evidence as one PNG, at double resolution. */
export async function toPng({ question, verdict, evidence, draw, width, height }: Sheet): Promise<Blob> {
  const chart = document.createElement('canvas');
  paint(chart, draw, { width, height }, 2);
  const sheet = document.createElement('canvas');
  const context = sheet.getContext('2d');
  if (context === null) throw new Error('there is no canvas');
  const pen = new Pen(context, readColours());
  const title = wrapped(pen, verdict, width, 17, true);
  const foot = wrapped(pen, evidence.join('   '), width, 11, false);
  const top = MARGIN + 18 + title.length * 23 + 10;
  sheet.width = (width + 2 * MARGIN) * 2;
  sheet.height = (top + height + 14 + foot.length * 17 + MARGIN) * 2;
  context.setTransform(2, 0, 0, 2, 0, 0);
  pen.rect(0, 0, sheet.width, sheet.height, 'card');
  pen.text(question, MARGIN, MARGIN + 8, { size: 12 });
  for (const [index, line] of title.entries())
    pen.text(line, MARGIN, MARGIN + 31 + index * 23, { size: 17, isBold: true, colour: 'ink' });
  context.drawImage(chart, MARGIN, top, width, height);
  for (const [index, line] of foot.entries()) pen.text(line, MARGIN, top + height + 18 + index * 17);
  return await new Promise((resolve, reject) =>
    sheet.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('the picture cannot be written')))),
  );
}
