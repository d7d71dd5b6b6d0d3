import { basename } from 'node:path';
import type { Option } from '../../../config/index.ts';
import { badOption } from '../../../config/index.ts';
import type { ImportedSpan } from '../../imported-span.ts';
import type { CsvRow } from '../../input/csv-rows.ts';
import { CsvRows } from '../../input/csv-rows.ts';
import { JsonRecords } from '../../input/json-records.ts';
import { LineSplitter } from '../../input/lines.ts';
import type { ImportFile } from '../../input/open-file.ts';
import type { FormatContext, FormatReader, ImportFormat } from '../format.ts';
import { beginsLikeCsv, csvEvent } from './csv-events.ts';
import { AWS_OPTIONS, openLogGroup } from './from-aws.ts';
import { Invocations } from './invocations.ts';
import { EVENT_LISTS, jsonEvent } from './json-events.ts';
import type { LogEvent } from './log-event.ts';
import { MAX_EVENT_BYTES } from './log-event.ts';
import { platformLine } from './read-line.ts';
import { beginsLikeText, exportedStreamOf, textEvent } from './text-events.ts';

const OPTIONS: readonly Option[] = [
  { name: 'log-group', value: 'NAME', help: 'the log group, if the files do not name it' },
  {
    name: 'log-stream',
    value: 'NAME',
    help: 'the log stream, if the files do not name it, as with get-log-events',
  },
  { name: 'function', value: 'NAME', help: 'the function, whatever the files name' },
  { name: 'region', value: 'NAME', help: 'the region it runs in' },
  { name: 'account', value: 'ID', help: 'the account it belongs to' },
];

/** Logs of AWS Lambda, in every export format of CloudWatch. */
export const cloudwatch: ImportFormat = {
  name: 'cloudwatch',
  summary:
    'logs of AWS Lambda: JSON of the API, text of "aws logs tail", CSV of Logs Insights, exports to S3',
  options: [...OPTIONS, ...AWS_OPTIONS],
  remote: { flag: 'aws', open: openLogGroup },
  recognises: (beginning) => framingOf(beginning) !== undefined,
  reader: (context) => new CloudwatchReader(context),
};

type Framing = 'json' | 'csv' | 'text';

/** A key of a log event, or of its container. */
const EVENT_KEY =
  /"(?:logStreamName|ingestionTime|logEvents|logStream|searchedLogStreams|nextForwardToken|@timestamp|@message|@ptr)"\s*:|"field"\s*:\s*"@/;
const BARE_EVENT =
  /"timestamp"\s*:\s*\d{9,17}\b[\s\S]*"message"\s*:|"message"\s*:[\s\S]*"timestamp"\s*:\s*\d{9,17}\b/;
const OTHER_JSON = /"(?:resourceSpans|resource_spans|traceID|traceId|insertId|logName)"\s*:/;

/** The format of a file, from its beginning; undefined for any other file. */
function framingOf(bytes: Buffer): Framing | undefined {
  const beginning = bytes.toString('utf8').trimStart();
  if (beginning.startsWith('{') || beginning.startsWith('[')) {
    if (OTHER_JSON.test(beginning)) return undefined;
    // An empty list is one without log events.
    const isEmpty = /^(?:\[\s*\]|\{\s*"(?:events|results)"\s*:\s*\[\s*\])/.test(beginning);
    return isEmpty || EVENT_KEY.test(beginning) || BARE_EVENT.test(beginning) ? 'json' : undefined;
  }
  if (beginsLikeCsv(beginning)) return 'csv';
  return beginsLikeText(beginning) ? 'text' : undefined;
}

const LONGEST_NAME = 128;

class CloudwatchReader implements FormatReader {
  readonly #context: FormatContext;
  readonly #invocations: Invocations;
  readonly #stream: string | undefined;
  #hasEvents = false;
  #hasPlatformLines = false;

  constructor(context: FormatContext) {
    const { settings } = context;
    this.#context = context;
    this.#stream = settings.text('log-stream');
    const functionName = settings.text('function');
    if (functionName !== undefined && functionName.length > LONGEST_NAME) {
      throw badOption(`--function is longer than ${LONGEST_NAME} characters`);
    }
    this.#invocations = new Invocations({
      functionName,
      group: settings.text('log-group'),
      region: settings.text('region'),
      account: settings.text('account'),
    });
  }

  async *read(file: ImportFile): AsyncGenerator<ImportedSpan[]> {
    const framing = framingOf(file.beginning);
    const fallback = functionOfFile(file.path);
    for await (const events of this.#events(file, framing)) {
      const spans: ImportedSpan[] = [];
      for (const event of events) this.#take(event, file, fallback, spans);
      yield spans;
    }
  }

  *finish(): Generator<ImportedSpan> {
    yield* this.#invocations.finish();
    const { notice } = this.#context;
    const { withoutStream } = this.#invocations;
    if (withoutStream > 0) {
      notice(
        `${withoutStream} invocations do not name their log stream, so nothing is known about their sandboxes: ` +
          'export with it (aws logs tail --format detailed, @logStream in Logs Insights), or name it with --log-stream',
      );
    }
    if (this.#hasEvents && !this.#hasPlatformLines) {
      notice('these logs contain no line of Lambda itself (START, REPORT and others)');
    }
  }

  #take(found: LogEvent, file: ImportFile, fallback: string, spans: ImportedSpan[]): void {
    this.#hasEvents = true;
    const event = found.stream === undefined ? { ...found, stream: this.#stream } : found;
    const line = platformLine(event);
    if (line === undefined) return;
    this.#hasPlatformLines = true;
    if (line.kind === 'broken') {
      this.#context.faults.add(file.path, event.line, 'a line of the platform cannot be read');
    }
    for (const span of this.#invocations.add(event, line, fallback)) spans.push(span);
  }

  #events(file: ImportFile, framing: Framing | undefined): AsyncGenerator<LogEvent[]> {
    if (framing === 'json') return this.#jsonEvents(file);
    return framing === 'csv' ? this.#csvEvents(file) : this.#textEvents(file);
  }

  async *#jsonEvents({ path, chunks }: ImportFile): AsyncGenerator<LogEvent[]> {
    const records = new JsonRecords({ maxBytes: MAX_EVENT_BYTES, lists: EVENT_LISTS });
    const portion = (found: ReturnType<JsonRecords['push']>): LogEvent[] =>
      found.flatMap((record) => {
        const event = record.fault === undefined ? jsonEvent(record) : undefined;
        if (event === undefined) this.#fault(path, record.line, record.fault ?? 'it is not a log event');
        return event ?? [];
      });
    for await (const chunk of chunks) yield portion(records.push(chunk));
    yield portion(records.end());
  }

  async *#csvEvents({ path, chunks }: ImportFile): AsyncGenerator<LogEvent[]> {
    const table = new CsvRows(MAX_EVENT_BYTES);
    const portion = (rows: readonly CsvRow[]): LogEvent[] =>
      rows.flatMap(({ line, row, fault }) => {
        const event = row && csvEvent(line, row);
        if (event === undefined) this.#fault(path, line, fault ?? 'it has no time');
        return event ?? [];
      });
    for await (const chunk of chunks) yield portion(table.push(chunk));
    yield portion(table.end());
  }

  async *#textEvents({ path, chunks }: ImportFile): AsyncGenerator<LogEvent[]> {
    const lines = new LineSplitter(MAX_EVENT_BYTES);
    const exportedStream = exportedStreamOf(path) ?? this.#stream;
    const portion = (found: Iterable<{ number: number; bytes: Buffer | undefined }>): LogEvent[] => {
      const events: LogEvent[] = [];
      for (const { number, bytes } of found) {
        if (bytes === undefined) this.#fault(path, number, `it is longer than ${MAX_EVENT_BYTES} bytes`);
        else {
          const event = textEvent(number, bytes.toString('utf8'), exportedStream);
          if (event !== undefined) events.push(event);
        }
      }
      return events;
    };
    for await (const chunk of chunks) yield portion(lines.push(chunk));
    yield portion(lines.end());
  }

  #fault(path: string, line: number, reason: string): void {
    this.#context.faults.add(path, line, reason);
  }
}

/** The function name in a file name. */
function functionOfFile(path: string): string {
  const name = basename(path).replace(/(?:\.(?:json|ndjson|jsonl|csv|txt|log|gz|zst))+$/, '');
  return name === '' || name === '-' ? 'imported' : name;
}
