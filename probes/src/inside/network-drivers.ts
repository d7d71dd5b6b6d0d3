import { readlinkSync } from 'node:fs';
import { readText } from './read-text.ts';
import { noteFailure } from './transient.ts';

// Of the network cards of clouds and hypervisors, and of the servers that are rented whole.
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

/** Known network drivers in the text of /proc/modules, which has a line for each loaded module. Never throws. */
export function parseNetworkModules(modules: string): string[] {
  const names = modules.split('\n').map((line) => line.slice(0, line.indexOf(' ')));
  return names.filter((name) => KNOWN.has(name)).sort();
}

/**
 * Drivers of this machine's network: that of `device` where /sys tells it, else the known ones among the loaded modules,
 * which a container sees of its host, too. Evidence of the kind of machine, never an id. Empty when nothing is known.
 * Never throws.
 *
 * @param device network interface, as in `eth0`
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
    // A virtual one, as in a container.
  }
  return parseNetworkModules(readText(`${root}/proc/modules`));
}
