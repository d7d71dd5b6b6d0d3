import { CollectorError } from '../errors/errors.ts';
import type { Message } from './channel.ts';
import { askCollector } from './control-client.ts';
import type { Serve } from './control-server.ts';

/** The command that asks a collector for its address. */
export const ADDRESS_COMMAND = 'address';

interface Address extends Message {
  readonly type: 'address';
  readonly url: string;
}

/** Answers {@link ADDRESS_COMMAND}. */
export function serveAddress(url: () => string): Serve {
  return async (channel) => channel.send({ type: 'address', url: url() } satisfies Address);
}

/**
 * The URL of the collector that runs on a data directory; undefined when none runs there.
 *
 * @throws {CollectorError} `ERR_DATA_DIR` when a collector runs there but does not answer
 */
export async function addressOf(dataDir: string): Promise<string | undefined> {
  const channel = await askCollector(dataDir, ADDRESS_COMMAND);
  if (channel === undefined) return undefined;
  const answer = await channel.receive();
  channel.end();
  if (answer?.type === 'address') return (answer as Address).url;
  const why = typeof answer?.['message'] === 'string' ? answer['message'] : 'it does not answer';
  throw new CollectorError('ERR_DATA_DIR', `the collector on ${dataDir} does not report its address: ${why}`);
}
