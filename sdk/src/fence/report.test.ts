import { expect, test } from 'vitest';
import { runProgram } from '../testing/test-child.ts';

const REPORT = new URL('report.ts', import.meta.url).pathname;

test('an internal failure is reported once per topic', async () => {
  await using program = await runProgram(
    `import { contained, fenced, guarded } from '${REPORT}';
     const broken = () => { throw new Error('broken'); };
     for (let i = 0; i < 3; i += 1) if (guarded('a step', broken) !== undefined) throw new Error('a result');
     fenced('a listener', broken)();
     await contained('some work', Promise.reject(Object.create(null)));
     console.log('still here');`,
  );
  expect(await program.ended).toEqual({ code: 0, signal: null });
  expect(program.stdout()).toBe('still here\n');
  expect(program.stderr().split('\n')).toEqual([
    'sandscope: a step failed, continuing without it: broken',
    'sandscope: a listener failed, continuing without it: broken',
    'sandscope: some work failed, continuing without it: unknown error',
    '',
  ]);
});

test('a closed standard error is not a failure', async () => {
  await using program = await runProgram(
    `import { reportFailure } from '${REPORT}';
     process.stdin.on('data', () => {
       reportFailure('a step', new Error('broken'));
       setTimeout(() => { console.log('still here'); process.exit(0); }, 50);
     });
     console.log('ready');`,
    { stdin: 'pipe' },
  );
  await new Promise((resolve) => program.process.stdout?.once('data', resolve));
  program.process.stderr?.destroy();
  program.process.stdin?.write('go\n');
  expect(await program.ended).toEqual({ code: 0, signal: null });
  expect(program.stdout()).toBe('ready\nstill here\n');
});
