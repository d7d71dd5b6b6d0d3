import type { RowBinaryReader } from '../store/row-binary.ts';
import type { SandboxEnd } from './lifelines.ts';

/** Columns of `sandbox_ends`, for {@link endsIn}. */
export const END_COLUMNS = `toString(function), sandbox_id, instance,
      intDiv(toUnixTimestamp64Nano(time), 1000) / 1000, toString(reason), ifNull(toString(last_ordinal), ''),
      ifNull(toString(process_start_ticks), '')`;

/** The goodbyes in an answer of the engine. */
export function* endsIn(reader: RowBinaryReader): Generator<SandboxEnd> {
  while (reader.hasMore) {
    yield {
      function: reader.string(),
      sandboxId: reader.string(),
      instance: reader.string(),
      timeMs: reader.float64(),
      reason: reader.string(),
      lastOrdinal: numberIn(reader.string()),
      processStartTicks: reader.string() || undefined,
    };
  }
}

function numberIn(text: string): number | undefined {
  return text === '' ? undefined : Number(text);
}
