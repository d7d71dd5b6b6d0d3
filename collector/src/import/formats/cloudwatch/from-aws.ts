import type {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  FilteredLogEvent,
} from '@aws-sdk/client-cloudwatch-logs';
import { awsError, clientOptions, loadSdk } from '../../../aws/index.ts';
import type { Option, Settings } from '../../../config/index.ts';
import { badOption } from '../../../config/index.ts';
import { parseTimeRange } from '../../../routes/time-range.ts';
import type { ImportFile } from '../../input/open-file.ts';
import type { RemoteImport } from '../format.ts';

export const AWS_OPTIONS: readonly Option[] = [
  { name: 'aws', help: 'read the log group from CloudWatch itself, with the credentials of the aws command' },
  { name: 'since', value: 'TIME', help: 'with --aws: from when on, as 7d, 12h or RFC 3339', fallback: '7d' },
  { name: 'until', value: 'TIME', help: 'with --aws: up to when', fallback: 'now' },
];

/**
 * What the reader makes something of, so that what the application logs never leaves AWS: lines of the platform in both
 * formats, and how runtimes log what a handler threw. Any of the terms; each is quoted, since a term of letters alone may
 * stand without.
 */
const FILTER_PATTERN = [
  'START RequestId',
  'REPORT RequestId',
  'INIT_START',
  'INIT_REPORT',
  'RESTORE_START',
  'RESTORE_REPORT',
  'Task timed out after',
  'Runtime exited',
  'Process exited before completing request',
  'Invoke Error',
  'Uncaught Exception',
  'Unhandled Promise Rejection',
  'Traceback (most recent call last)',
  'platform.',
]
  .map((term) => `?"${term}"`)
  .join(' ');

const PACKAGE = '@aws-sdk/client-cloudwatch-logs';

/**
 * A log group of CloudWatch, read page by page through the API. What it gives is what a file with the answers would hold.
 *
 * @throws {CollectorError} `ERR_OPTION`; `ERR_AWS_SDK` when the SDK is not installed; `ERR_AWS` when AWS refuses
 */
export async function openLogGroup(settings: Settings): Promise<RemoteImport> {
  const group = settings.text('log-group');
  if (group === undefined) throw badOption('--aws needs the name of a log group: --log-group');
  const range = readRange(settings);
  const sdk = await loadSdk(PACKAGE, () => import('@aws-sdk/client-cloudwatch-logs'));
  const client = new sdk.CloudWatchLogsClient(clientOptions(settings.text('region')));
  let region: string;
  let account: string | undefined;
  try {
    region = await client.config.region();
    account = settings.text('account') ?? (await accountOf(client, sdk.DescribeLogGroupsCommand, group));
  } catch (error) {
    client.destroy();
    throw awsError(`the log group ${group} cannot be read`, error);
  }
  return {
    name: group,
    settings: settings.with({ region, ...(account !== undefined && { account }) }),
    source: {
      path: group,
      wasFound: false,
      open: async (onRead) => fileOf(client, group, range, onRead),
    },
  };
}

interface Range {
  readonly fromMs: number;
  readonly toMs: number;
}

function readRange(settings: Settings): Range {
  const time = (option: string): string | undefined =>
    settings.text(option)?.replace(/^(?=\d+[smhdw]$)/, '-');
  try {
    return parseTimeRange({ from: time('since') ?? '-7d', to: time('until') ?? 'now' }, Date.now());
  } catch (error) {
    const message = (error as Error).message.replace(/^from\b/, '--since').replace(/^to\b/, '--until');
    throw badOption(message);
  }
}

/** Of the log group's own name, where asking for it is permitted; nothing depends on it. */
async function accountOf(
  client: CloudWatchLogsClient,
  DescribeLogGroups: typeof DescribeLogGroupsCommand,
  logGroupNamePrefix: string,
): Promise<string | undefined> {
  try {
    const { logGroups = [] } = await client.send(new DescribeLogGroups({ logGroupNamePrefix }));
    const arn = logGroups.find(({ logGroupName }) => logGroupName === logGroupNamePrefix)?.arn;
    return /^arn:[^:]*:logs:[^:]*:(\d{12}):/.exec(arn ?? '')?.[1];
  } catch (error) {
    if ((error as Error).name === 'AccessDeniedException') return undefined;
    throw error;
  }
}

async function fileOf(
  client: CloudWatchLogsClient,
  group: string,
  range: Range,
  onRead: (bytes: number) => void,
): Promise<ImportFile> {
  let share = 0;
  const pages = pagesOf(client, group, range, (newestMs) => {
    share = (newestMs - range.fromMs) / Math.max(1, range.toMs - range.fromMs);
  });
  return {
    path: group,
    // An empty list of events, which is what a group without any gives.
    beginning: Buffer.from('{"events":[]}'),
    share: () => share,
    chunks: counted(pages, onRead),
  };
}

async function* counted(
  chunks: AsyncIterable<Buffer>,
  onRead: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    onRead(chunk.byteLength);
    yield chunk;
  }
}

/** Events come in the order of their times, so the newest so far says how far it is. */
async function* pagesOf(
  client: CloudWatchLogsClient,
  logGroupName: string,
  { fromMs, toMs }: Range,
  onPage: (newestMs: number) => void,
): AsyncGenerator<Buffer> {
  const { FilterLogEventsCommand } = await import('@aws-sdk/client-cloudwatch-logs');
  let nextToken: string | undefined;
  try {
    do {
      const page = await client.send(
        new FilterLogEventsCommand({
          logGroupName,
          startTime: Math.floor(fromMs),
          endTime: Math.ceil(toMs),
          filterPattern: FILTER_PATTERN,
          ...(nextToken !== undefined && { nextToken }),
        }),
      );
      const { events = [] } = page;
      const newestMs = events.at(-1)?.timestamp;
      if (newestMs !== undefined) onPage(newestMs);
      yield pageBytes(logGroupName, events);
      ({ nextToken } = page);
    } while (nextToken !== undefined);
  } catch (error) {
    throw awsError(`the log group ${logGroupName} cannot be read`, error);
  } finally {
    client.destroy();
  }
}

/** A page as `aws logs filter-log-events` prints it, one a line. */
function pageBytes(logGroup: string, events: readonly FilteredLogEvent[]): Buffer {
  return Buffer.from(`${JSON.stringify({ logGroup, events })}\n`);
}
