import { readFileSync } from 'node:fs';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The kernel's boot id (random(4)), lower-case UUID; undefined when absent or malformed. */
export function readBootId(path = '/proc/sys/kernel/random/boot_id'): string | undefined {
  try {
    const text = readFileSync(path, 'utf8').trim().toLowerCase();
    return UUID.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}
