import { readText } from './read-text.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The kernel's boot id (random(4)), lower-case UUID; undefined when absent or malformed. Never throws. */
export function readBootId(path = '/proc/sys/kernel/random/boot_id'): string | undefined {
  const text = readText(path).trim().toLowerCase();
  return UUID.test(text) ? text : undefined;
}
