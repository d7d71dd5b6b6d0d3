import type { ReactNode } from 'react';

export interface Column {
  readonly label: string;
  readonly unit?: string;
}

/** The numbers of the picture, in the same order. */
export interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly (string | number | undefined)[])[];
}

/** The columns of an estimate: its value, and the ends of its 95 % interval. */
export function estimateColumns(label: string, unit?: string): readonly Column[] {
  const of = unit === undefined ? {} : { unit };
  return [
    { label, ...of },
    { label: 'Low', ...of },
    { label: 'High', ...of },
  ];
}

/** The cells of an estimate, empty where it is not known. */
export const estimateCells = ({
  value,
  low,
  high,
}: { readonly value?: number; readonly low?: number; readonly high?: number } = {}): readonly (
  number | undefined
)[] => [value, low, high];

/** Maximum number of rows shown; the CSV has all. */
const MOST_ROWS = 500;

const shown = (value: string | number | undefined): string =>
  value === undefined
    ? 'not known'
    : typeof value === 'number'
      ? String(Math.round(value * 1e6) / 1e6)
      : value;

/** A picture as a table. */
export function DataTable({
  table: { columns, rows },
  label,
}: {
  readonly table: Table;
  readonly label: string;
}): ReactNode {
  const isNumber = columns.map((_, index) => rows.some((row) => typeof row[index] === 'number'));
  return (
    <div className="scroll table-view" tabIndex={0} role="region" aria-label={label}>
      <table className="data">
        <thead>
          <tr>
            {columns.map(({ label: name, unit }, index) => (
              <th key={name} scope="col" className={isNumber[index] ? 'num' : undefined}>
                {name}
                {unit !== undefined && `, ${unit}`}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, MOST_ROWS).map((row, at) => (
            // oxlint-disable-next-line react/no-array-index-key -- rows have no other name
            <tr key={at}>
              {row.map((value, index) => (
                <td key={columns[index]?.label} className={isNumber[index] ? 'num' : undefined}>
                  <bdi>{shown(value)}</bdi>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > MOST_ROWS && (
        <p className="dim">
          {MOST_ROWS} rows of {rows.length}; the CSV has all.
        </p>
      )}
    </div>
  );
}
