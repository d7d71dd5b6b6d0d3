import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parseNetworkModules, readNetworkDrivers } from './network-drivers.ts';
import { readProcessUser } from './process-user.ts';

function root(): string {
  const path = mkdtempSync(join(tmpdir(), 'sandscope-drivers-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  mkdirSync(join(path, 'proc'), { recursive: true });
  mkdirSync(join(path, 'sys/class/net/eth0/device'), { recursive: true });
  return path;
}

const MODULES = `tls 159744 2 - Live 0x0000000000000000
virtio_net 86016 0 - Live 0x0000000000000000
net_failover 24576 1 virtio_net, Live 0x0000000000000000
ena 180224 0 - Live 0x0000000000000000
enabler 4096 0 - Live 0x0000000000000000
`;

test('the driver of the device counts if it is known', () => {
  const at = root();
  writeFileSync(join(at, 'proc/modules'), MODULES);
  symlinkSync('../../../../bus/pci/drivers/gve', join(at, 'sys/class/net/eth0/device/driver'));
  expect(readNetworkDrivers('eth0', at)).toEqual(['gve']);
});

test('otherwise the known modules are reported', () => {
  const at = root();
  expect(readNetworkDrivers('eth0', at)).toEqual([]);
  writeFileSync(join(at, 'proc/modules'), MODULES);
  for (const device of ['eth0', 'eth1', '../../../etc', undefined]) {
    expect(readNetworkDrivers(device, at)).toEqual(['ena', 'virtio_net']);
  }
});

test('invalid text contains no module', () => {
  for (const text of ['', '\n\n', 'ena', ' ena 1', '\0']) expect(parseNetworkModules(text)).toEqual([]);
});

test.runIf(process.platform === 'linux')('the user of this process', () => {
  const user = readProcessUser();
  expect(user.id).toBe(process.geteuid!());
  expect(user.realId).toBeUndefined();
});
