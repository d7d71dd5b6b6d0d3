/** The README's first line, unattended: one JSON document on standard output, exit code 0, nothing left behind. */
import { execFile, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const KEYS = ['invocations', 'cold', 'sandboxes', 'evicted', 'hosts', 'hops'];

interface Side {
  functions: Record<string, Record<string, number>>;
  total: Record<string, number>;
}

describe('npm start --silent -- --for --json', () => {
  it("prints the platform's truth beside the collector's conclusions", async () => {
    const { stdout } = await promisify(execFile)(
      'npm',
      ['start', '--silent', '--', '--for', '20s', '--json', '--port', '0'],
      { cwd: root, timeout: 290_000 },
    );
    const { truth, inferred } = JSON.parse(stdout) as { truth: Side; inferred: Side };
    expect(Object.keys(truth.functions)).toEqual(['add', 'burn', 'io']);
    expect(Object.keys(inferred.functions)).toEqual(['add', 'burn', 'io']);
    for (const side of [truth, inferred]) {
      for (const counts of [side.total, ...Object.values(side.functions)])
        expect(Object.keys(counts)).toEqual(KEYS);
    }
    expect(truth.total['invocations']).toBeGreaterThan(30);
    expect(truth.total['evicted']).toBeGreaterThan(0);
    for (const key of ['invocations', 'cold', 'sandboxes', 'evicted', 'hosts']) {
      expect(inferred.total[key], key).toBe(truth.total[key]);
    }
  }, 300_000);

  it('leaves no process behind', () => {
    const { stdout } = spawnSync('pgrep', ['-fa', 'sandscope-demo-'], { encoding: 'utf8' });
    expect(stdout).toBe('');
  });

  it('says in one sentence what is wrong with an option', () => {
    const run = spawnSync('npm', ['start', '--silent', '--', '--for', 'ever'], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(run.status).toBe(2);
    expect(run.stderr.trim()).toBe('--for takes a time from 1s to 24h such as 45s or 2m, not "ever"');
  });
});
