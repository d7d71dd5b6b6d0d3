import { ProbeError } from '../errors.ts';
import { wholeNumber } from './numbers.ts';
import type { ProcFile } from './proc-file.ts';
import { ProcSource } from './proc-source.ts';

/** Bytes over all interfaces of this network namespace except loopback, since they came up. */
export interface NetworkBytes {
  readonly rxBytes: number;
  readonly txBytes: number;
}

/**
 * Sum over the interfaces of /proc/net/dev except `lo`: column 1 is received bytes, column 9 sent bytes.
 *
 * @throws {ProbeError} `ERR_PROC_FORMAT` if the text is not that table or a line is truncated; `ERR_PROC_ABSENT` if
 * there is no interface except loopback: nothing was measured
 */
export function parseNetworkBytes(text: string): NetworkBytes {
  const lines = text.split('\n');
  // Two heading lines; the last line ends with a newline, so a text without one is truncated.
  if (!lines[1]?.includes('|bytes') || lines.pop() !== '') {
    throw new ProbeError('ERR_PROC_FORMAT', '/proc/net/dev is not a complete table');
  }
  let rxBytes = 0;
  let txBytes = 0;
  let interfaces = 0;
  for (const line of lines.slice(2)) {
    const colon = line.indexOf(':');
    if (line.slice(0, colon).trim() === 'lo') continue;
    const columns = line
      .slice(colon + 1)
      .trim()
      .split(/\s+/);
    rxBytes += wholeNumber(columns[0], '/proc/net/dev received bytes');
    txBytes += wholeNumber(columns[8], '/proc/net/dev sent bytes');
    interfaces += 1;
  }
  if (interfaces === 0) throw new ProbeError('ERR_PROC_ABSENT', 'no interface but loopback');
  return { rxBytes, txBytes };
}

/** Kept-open reader of /proc/net/dev, about 6 µs per reading; bound to the network namespace of its first reading. */
export function networkSource(file: string | ProcFile = '/proc/net/dev'): ProcSource<NetworkBytes> {
  return new ProcSource(file, parseNetworkBytes, true);
}
