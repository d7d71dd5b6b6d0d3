/** Queries the collector about a function whose process was killed during an invocation. */
import { expect, test } from 'vitest';
import { startTestPlatform } from '../../examples/local-platform/src/test-platform.ts';
import { getJson, startCollector, temporaryFolder } from '../support/stack.ts';

interface SandboxesAnswer {
  readonly sandboxes: readonly { state: string; lost: number; restarts: number; invocations: number }[];
}

test('counts the invocation that nobody could record, and no eviction', async () => {
  const folder = await temporaryFolder();
  const collector = await startCollector(folder.path);
  try {
    const platform = await startTestPlatform(
      {
        killed: `import { ready, wrap } from '@sandscope/sdk';
          export const handler = wrap(async ({ end }) => { if (end) process.kill(process.pid, 'SIGKILL'); });
          await ready();`,
      },
      { collector: collector.url },
    );
    for (const end of [false, false, true, false]) {
      await platform.call('killed', { end });
      await platform.atRest();
    }
    await collector.settled();
    const answer = await getJson<SandboxesAnswer>(`${collector.url}/api/v1/sandboxes?function=killed`);
    expect(answer.sandboxes).toMatchObject([{ lost: 1, invocations: 3 }]);
    expect(answer.sandboxes[0]?.state).not.toBe('confirmed');
  } finally {
    await collector.child.stop();
    await folder.remove();
  }
});
