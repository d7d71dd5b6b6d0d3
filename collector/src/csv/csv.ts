/** The start of a formula for a spreadsheet: also after blanks and invisible characters, and in half or full width. */
const FORMULA = String.raw`[\s\p{C}]*[=+\-@＝＋－＠]`;
const AT_START = new RegExp(String.raw`^(?=${FORMULA}|[\t\r\n])`, 'u');
/** Some spreadsheets treat these as the end of a line or a cell, even within quotes. */
const BEHIND_END = new RegExp(String.raw`([\r\n;\t])(?=${FORMULA})`, 'gu');

/** A cell; undefined is empty. Text that a spreadsheet would run as a formula gets an apostrophe in front. */
export type Cell = string | number | bigint | boolean | undefined;

/** Lines of CSV (RFC 4180). Names and answers of functions may contain any text. */
export function csv(rows: readonly (readonly Cell[])[]): string {
  return rows.map((cells) => `${cells.map(written).join(',')}\r\n`).join('');
}

function written(cell: Cell): string {
  if (typeof cell !== 'string') return String(cell ?? '');
  const harmless = cell.replaceAll(BEHIND_END, "$1'").replace(AT_START, "'");
  return /[",;\t\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
