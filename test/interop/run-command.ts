import { vi } from 'vitest';
import { parseCommandLine } from '../../collector/src/commands/index.ts';

/** Runs a command of `sandscope` in this process. @returns what it prints */
export async function runCommand(...args: string[]): Promise<string> {
  const said: string[] = [];
  const out = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => said.push(String(chunk)) > 0);
  try {
    const line = parseCommandLine(args, {});
    if (line.kind !== 'run') throw new Error(`not a command: ${line.kind}`);
    await line.command.run(line.settings);
  } finally {
    out.mockRestore();
  }
  return said.join('');
}
