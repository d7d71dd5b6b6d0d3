import { readlinkSync } from 'node:fs';
import { readText } from './read-text.ts';
import { noteFailure } from './transient.ts';

// Drivers for network cards of clouds, hypervisors and rented bare-metal servers.
const KNOWN = new Set([
  ...['ena', 'gve', 'mana', 'hv_netvsc', 'virtio_net', 'vmxnet3', 'xen_netfront'],
  ...[
    'ixgbevf',
    'iavf',
    'mlx4_core',
    'mlx5_core',
    'bnxt_en',
    'ixgbe',
    'i40e',
    'ice',
    'igb',
    'e1000',
    'e1000e',
    'tg3',
  ],
]);
const NAME = /^[\w-]{1,32}$/;

/** Known network drivers in the text of /proc/modules, which has one line per loaded module. Never throws. */
export function parseNetworkModules(modules: string): string[] {
  const names = modules.split('\n').map((line) => line.slice(0, line.indexOf(' ')));
  return names.filter((name) => KNOWN.has(name)).sort();
}

/**
 * Drivers of this machine's network: the driver of `device` if /sys shows it, otherwise the known ones among the loaded
 * modules, which a container sees of its host too. Evidence of the kind of machine, never an id. Empty if unknown.
 * Never throws.
 *
 * @param device network interface, such as `eth0`
 * @param root prefix of /proc and /sys, default none
 */
export function readNetworkDrivers(device: string | undefined, root = ''): string[] {
  try {
    if (device !== undefined && NAME.test(device)) {
      const driver = readlinkSync(`${root}/sys/class/net/${device}/device/driver`).split('/').at(-1) ?? '';
      if (NAME.test(driver)) return [driver];
    }
  } catch (error) {
    noteFailure(error);
    // A virtual device, as in a container.
  }
  return parseNetworkModules(readText(`${root}/proc/modules`));
}
