import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseCommandLine } from './index.ts';
import { EXIT_CODES, EXIT_CODE_HELP } from './exit-codes.ts';

describe('exit codes', () => {
  it('are those of docs/command.md', () => {
    const page = readFileSync(new URL('../../../docs/command.md', import.meta.url), 'utf8');
    const rows = [...page.matchAll(/^\| (\d[^|]*?) *\| (.*?) *\|$/gm)].map(([, code, meaning]) => [
      code,
      meaning,
    ]);
    expect(rows).toEqual(EXIT_CODE_HELP);
  });

  it('are all in the help', () => {
    const line = parseCommandLine(['up', '--help'], {});
    const text = line.kind === 'help' ? line.text : '';
    for (const [code, meaning] of EXIT_CODE_HELP) expect(text).toContain(`  ${code.padEnd(10)}${meaning}\n`);
    const listed = EXIT_CODE_HELP.map(([code]) => code);
    for (const code of Object.values(EXIT_CODES)) expect(listed).toContain(String(code));
  });
});
