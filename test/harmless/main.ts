/** `npm run test:harmless`: every call, in each export mode, failing in each way. About ten minutes on two cores. */
import { availableParallelism } from 'node:os';
import { buildSdk } from '../../.ci/build.ts';
import { judge } from './judge.ts';
import { discoverCalls, FAULTS, MODES, run } from './run-case.ts';

await buildSdk();
let runs = 0;
let failed = 0;
for (const mode of MODES) {
  const bare = await run({ mode, wrapped: false });
  const calls = await discoverCalls(mode);
  const faults = calls.flatMap((name) => FAULTS.map((how) => ({ name, how })));
  console.log(`${mode}: ${calls.length} functions, ${faults.length} runs`);
  const work = async (): Promise<void> => {
    for (let fault = faults.pop(); fault !== undefined; fault = faults.pop()) {
      runs += 1;
      const found = await run({ mode, fault }).then(
        (seen) => judge(bare, seen, mode, fault),
        (error: unknown) => [String(error)],
      );
      if (found.length === 0) continue;
      failed += 1;
      console.log(`  ${fault.name}, ${fault.how}: ${found.join('; ')}`);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
}
console.log(`${runs} runs, ${failed} with something wrong`);
process.exitCode = failed > 0 ? 1 : 0;
