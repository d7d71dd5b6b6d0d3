import { basename, dirname } from 'node:path';
import type { LogEvent } from './log-event.ts';
import { parseTimeMs } from './log-event.ts';

const TIME = String.raw`\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?`;
/** A name in Lambda's format, or any name without white space before a line of the platform. */
const STREAM = String.raw`\d{4}/\d\d/\d\d/\S*\[[^\]\s]+\]\S+`;
const LINE = new RegExp(String.raw`^(${TIME})[ \t]+(?:(${STREAM})[ \t]+)?(.*)$`, 's');
const BEGINS = new RegExp(`^${TIME}[ \\t]`);
/** An export task writes each stream into its own folder, with hyphens for the slashes of its name. */
const EXPORTED_STREAM = /^(\d{4})-(\d\d)-(\d\d)-(.*\[[^\]]+\][0-9a-f]+)$/;

/** True if a text begins like the output of `aws logs tail`, or an export to S3. */
export function beginsLikeText(beginning: string): boolean {
  return BEGINS.test(beginning);
}

/** The log event that a line begins; undefined for a continuation line. */
export function textEvent(
  line: number,
  content: string,
  exportedStream: string | undefined,
): LogEvent | undefined {
  const match = LINE.exec(content);
  if (match === null) return undefined;
  const timestampMs = parseTimeMs(match[1]);
  if (Number.isNaN(timestampMs)) return undefined;
  return {
    line,
    timestampMs,
    message: match[3] as string,
    stream: match[2] ?? exportedStream,
    group: undefined,
    account: undefined,
  };
}

/** The log stream of a file exported to S3, from the name of its folder. */
export function exportedStreamOf(path: string): string | undefined {
  const match = EXPORTED_STREAM.exec(basename(dirname(path)));
  return match ? `${match[1]}/${match[2]}/${match[3]}/${match[4]}` : undefined;
}
