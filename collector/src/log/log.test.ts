import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createLog } from './log.ts';

/** The output of a log. */
function written(isTTY: boolean, level?: 'warn'): string {
  let output = '';
  const stream = { isTTY, write: (line: string) => void (output += line) };
  const log = createLog({ stream, ...(level && { level }) });
  log.info('small');
  log.warn('large');
  return output;
}

describe('the log', () => {
  it('is JSON with level and time for programs', () => {
    const lines = written(false)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string;
    expect(lines).toEqual([
      { level: 'info', time, name: 'sandscope', msg: 'small' },
      { level: 'warn', time, name: 'sandscope', msg: 'large' },
    ]);
  });

  it('is for people on a terminal', () => {
    const output = written(true);
    expect(output).toContain('large');
    expect(output).toContain('WARN');
    expect(output).not.toContain('{');
  });

  it('leaves out what is below its level', () => {
    expect(written(false, 'warn')).not.toContain('small');
  });

  it('names a misspelt variable when the collector starts', async () => {
    const main = fileURLToPath(new URL('../main.ts', import.meta.url));
    const child = spawn(process.execPath, [main, 'up', '--data', '/proc/none', '--port', '0'], {
      env: { ...process.env, SANDSCOPE_TOKEN_FIEL: '/t' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    expect(code).toBe(4);
    expect(stderr).not.toContain('Deprecat');
    expect(JSON.parse(stderr.split('\n', 1)[0] ?? '')).toMatchObject({
      level: 'warn',
      msg: expect.stringContaining('did you mean SANDSCOPE_TOKEN_FILE?') as string,
    });
  });
});
