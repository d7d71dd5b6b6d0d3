import { SpanWriter } from './span-writer.ts';
import { TraceBlock } from './trace-block.ts';
import type { TraceRow } from './trace-row.ts';
import { writeTraceRow } from './write-trace-row.fixture.ts';

/** A writer for rows given as objects. */
export class TestWriter extends SpanWriter {
  async insert(rows: readonly TraceRow[], token: string): Promise<void> {
    const block = new TraceBlock();
    for (const row of rows) writeTraceRow(block, row);
    await this.insertPacked(block.rows === 0 ? [] : [block.take()], token);
  }
}
