import { execFileSync } from 'node:child_process';
import type { JudgeCost } from '../cost.ts';
import type { Line } from '../table.ts';
import type { Section } from './section.ts';

/** Measured in a process of its own, so that earlier runs do not affect it. */
function measured(call: string): JudgeCost {
  const script = `import * as cost from '${new URL('../cost.ts', import.meta.url).href}';
    console.log(JSON.stringify(cost.${call}));`;
  const args = ['--max-old-space-size=12000', '--input-type=module-typescript', '-e', script];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 1e8 })) as JudgeCost;
}

function line(what: string, wantedSeconds: number, of: string, cost: JudgeCost): Line {
  const { calls, sandboxes, seconds, cpuSeconds, residentMegabytes } = cost;
  return {
    what,
    wanted: `≤ ${wantedSeconds} s`,
    reached: `${seconds.toFixed(1)} s, ${cpuSeconds.toFixed(1)} s of CPU, ${residentMegabytes.toFixed(0)} MB resident`,
    n: `${of}${sandboxes} sandboxes, ${calls} calls`,
    holds: seconds <= wantedSeconds,
  };
}

/** What a judgement costs, not how right it is. */
export const judging: Section = {
  name: 'judging',
  about:
    'Cost of judging the fates of sandboxes anew, in a process that has judged before. The functions have a simulated day each: of ' +
    'twenty, eight are called every 15 minutes, six in bursts, five every ten seconds and one 1.5 times a second, under five laws ' +
    'and three orders: about 9,100 invocations each. Fourteen are called less than once a minute on average; of the applications ' +
    'on Azure, 81 % are (Shahrad et al., USENIX ATC 2020). The large deployment has a daily cycle.',
  measure: (scale) => {
    const functions = Math.max(1, Math.round(200 * scale));
    const sandboxes = Math.max(1, Math.round(20_000 * scale));
    const gaps = Math.round(10_000_000 * scale);
    return [
      line(
        'a day of 200 ordinary functions',
        1,
        `${functions} functions, `,
        measured(`ordinaryCost(${functions})`),
      ),
      line(
        '… where the law is given and none is fitted',
        1,
        `${functions} functions, `,
        measured(`ordinaryCostOfKnownLaw(${functions})`),
      ),
      line('one large deployment', 5, '', measured(`largeCost(${sandboxes}, ${gaps})`)),
    ];
  },
};
