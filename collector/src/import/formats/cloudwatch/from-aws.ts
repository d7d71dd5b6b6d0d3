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
  { name: 'since', value: 'TIME', help: 'with --aws: start, such as 7d, 12h or RFC 3339', fallback: '7d' },
  { name: 'until', value: 'TIME', help: 'with --aws: end', fallback: 'now' },
];

/**
 * A filter for the lines that the reader uses, so that the application's own logs never leave AWS: lines of the
 * platform in both formats, and errors of handlers as runtimes log them. Any of the terms matches; each is quoted,
 * because only purely alphanumeric terms may be unquoted.
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
 * A CloudWatch log group, read page by page through the API. The output equals a file with the API's answers.
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

/** Account of the log group, if the query is permitted; nothing depends on it. */
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
    // An empty list of events, as from a group without any.
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

/** Events are in order of time, so the newest so far shows the progress. */
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

/** A page in the format of `aws logs filter-log-events`, one per line. */
function pageBytes(logGroup: string, events: readonly FilteredLogEvent[]): Buffer {
  return Buffer.from(`${JSON.stringify({ logGroup, events })}\n`);
}
