import { BlockList, isIPv6 } from 'node:net';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8);
LOOPBACK.addAddress('::1', 'ipv6');

/** Networks whose addresses many networks use at once: RFC 1918, 3927, 6598, 4193, 4291. */
const PRIVATE = new BlockList();
for (const [network, bits] of [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['169.254.0.0', 16],
  ['100.64.0.0', 10],
] as const)
  PRIVATE.addSubnet(network, bits);
PRIVATE.addSubnet('fc00::', 7, 'ipv6');
PRIVATE.addSubnet('fe80::', 10, 'ipv6');

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIPv6(address) ? 'ipv6' : 'ipv4');

/** Whether an address is that of the machine itself. Also for IPv4 addresses in IPv6 notation. */
export function isLoopbackAddress(address: string): boolean {
  return LOOPBACK.check(address, familyOf(address));
}

/** Whether an address only means something within one network, the machine itself included. */
export function isPrivateAddress(address: string): boolean {
  return PRIVATE.check(address, familyOf(address)) || isLoopbackAddress(address);
}
