import { endianness } from 'node:os';
import { readText } from './read-text.ts';

/** The default route of this network namespace. It identifies a slot of the platform's network, never a host. */
export interface DefaultRoute {
  readonly interface: string;
  /** IPv4 address in dotted form; absent if the route has no gateway. */
  readonly gateway?: string;
}

const RTF_UP = 1;
const RTF_GATEWAY = 2;
const HEADING = /^Iface\s+Destination\s+Gateway\s+Flags\s/;

/**
 * The default route with the lowest metric in /proc/net/route (route(8) reads the same table). Undefined if there is
 * none or the text is not that table. Never throws.
 *
 * @param littleEndian byte order of the machine that wrote the text: addresses are numbers in the machine's own order
 */
export function parseDefaultRoute(
  text: string,
  littleEndian = endianness() === 'LE',
): DefaultRoute | undefined {
  if (!HEADING.test(text)) return undefined;
  let best: { metric: number; route: DefaultRoute } | undefined;
  // Text after the last newline is truncated.
  for (const line of text.split('\n').slice(1, -1)) {
    const [name, destination, gateway, flagsText, , , metricText, mask] = line.trim().split(/\s+/);
    if (name === undefined || destination !== '00000000' || mask !== '00000000') continue;
    const flags = Number.parseInt(flagsText ?? '', 16);
    const metric = Number(metricText);
    if (!(flags & RTF_UP) || !Number.isSafeInteger(metric)) continue;
    if (best !== undefined && metric >= best.metric) continue;
    const address = flags & RTF_GATEWAY ? dotted(gateway, littleEndian) : undefined;
    best = { metric, route: { interface: name, ...(address !== undefined && { gateway: address }) } };
  }
  return best?.route;
}

/** `parseDefaultRoute` of this process's network namespace; undefined if the table cannot be read. Never throws. */
export function readDefaultRoute(root = ''): DefaultRoute | undefined {
  return parseDefaultRoute(readText(`${root}/proc/net/route`));
}

function dotted(hex: string | undefined, littleEndian: boolean): string | undefined {
  if (hex === undefined || !/^[0-9A-F]{8}$/i.test(hex)) return undefined;
  const bytes = [0, 2, 4, 6].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
  return (littleEndian ? bytes.toReversed() : bytes).join('.');
}
