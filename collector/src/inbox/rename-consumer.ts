import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { DeadLetter } from './dead-letters.ts';
import { folderOf } from './dead-letters.ts';
import { makeDirectory } from '../process/index.ts';

/**
 * Renames a consumer of an inbox that is not open, with its cursor and its dead letters. Does nothing when there is no
 * consumer of the old name. May be run again after an interruption.
 *
 * @param path of the inbox file
 */
export function renameConsumer(path: string, from: string, to: string): void {
  if (from === to || !existsSync(path)) return;
  const database = new DatabaseSync(path);
  try {
    const hasCursors = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'cursors'").get();
    if (hasCursors !== undefined) {
      database.prepare('UPDATE OR REPLACE cursors SET consumer = ? WHERE consumer = ?').run(to, from);
    }
  } finally {
    database.close();
  }
  moveLetters(join(dirname(path), 'dead-letters'), from, to);
}

function moveLetters(directory: string, from: string, to: string): void {
  const source = join(directory, folderOf(from));
  if (!existsSync(source)) return;
  const target = join(directory, folderOf(to));
  makeDirectory(target);
  for (const name of readdirSync(source)) {
    const lines = readFileSync(join(source, name), 'utf8').split('\n').filter(Boolean);
    const renamed = lines.map((line) => renameLetter(line, folderOf(to), to));
    writeFileSync(join(target, `${name}.new`), renamed.map((line) => `${line}\n`).join(''), { mode: 0o600 });
    renameSync(join(target, `${name}.new`), join(target, name));
    rmSync(join(source, name));
  }
  rmSync(source, { recursive: true });
}

/** A truncated line stays unchanged. */
function renameLetter(line: string, folder: string, target: string): string {
  try {
    const letter = JSON.parse(line) as DeadLetter;
    return JSON.stringify({ ...letter, id: `${folder}/${letter.seq}`, target });
  } catch {
    return line;
  }
}
