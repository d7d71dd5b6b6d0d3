/** One step of the schema. Every statement may run again after a crash half-way, so each says IF NOT EXISTS. */
export interface Migration {
  readonly name: string;
  /** DDL for tables in the given database, in order. */
  statements(database: string): readonly string[];
}
