/**
 * `npm run bench:disturbance`: how many cold starts Sandscope itself causes by keeping sandboxes busy after their
 * responses, and how much CPU time it uses there when it postpones the export.
 *
 *     node sdk/bench/disturbance/main.ts [--gaps 0,2,10,50] [--calls N] [--rounds N] [--json] [--markdown FILE]
 *                                        [--sdk FOLDER]
 *
 * `--calls` is the length of a burst (180), `--rounds` the number of bursts per gap and variant (28): 5,040 calls.
 * Takes about half an hour. Needs Linux and bash, and for the quota a CPU controller under which it may create a group.
 * Exit code 0 if everything was measured, 1 if a part was skipped, 2 for invalid arguments. A missed target is a
 * result, not a failure.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildSdk } from '../../../.ci/build.ts';
import { updateSection } from '../../../.ci/generated-section.ts';
import { readMachine } from '../overhead/report.ts';
import { Sinks } from '../overhead/sinks.ts';
import { ARMS, measureBurst } from './burst.ts';
import type { Arm, Burst } from './burst.ts';
import { measureKeptCpu } from './kept-cpu.ts';
import { renderDisturbance } from './report.ts';
import type { Disturbance, Gap } from './report.ts';

const CPU_ROUNDS = 6;
const CPU_INVOCATIONS = 230;

function readOptions(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      gaps: { type: 'string', default: '0,2,10,50' },
      calls: { type: 'string', default: '180' },
      rounds: { type: 'string', default: '28' },
      json: { type: 'boolean', default: false },
      markdown: { type: 'string' },
      sdk: { type: 'string' },
    },
  });
  const whole = (name: string, text: string, least: number): number => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= least && value <= 100_000) return value;
    throw new RangeError(`--${name} takes whole numbers from ${least}, not "${text}"`);
  };
  return {
    gaps: values.gaps.split(',').map((text) => whole('gaps', text, 0)),
    calls: whole('calls', values.calls, 2),
    rounds: whole('rounds', values.rounds, 2),
    json: values.json,
    markdown: values.markdown,
    sdk: values.sdk,
  };
}

async function main(args: readonly string[]): Promise<number> {
  let options: ReturnType<typeof readOptions>;
  try {
    options = readOptions(args);
  } catch (error) {
    console.error((error as Error).message);
    return 2;
  }
  const { calls, rounds, json, markdown, sdk } = options;
  const sdkFolder = sdk === undefined ? await buildSdk() : resolve(sdk);
  const machine = readMachine();
  await using sinks = await Sinks.open();
  const collector = sinks.environment['OTEL_EXPORTER_OTLP_ENDPOINT']!;
  const gaps: Gap[] = [];
  for (const gapMs of options.gaps) {
    const bursts: Record<Arm, Burst[]> = { bare: [], adaptive: [], each: [] };
    for (let round = 0; round < rounds; round += 1) {
      console.error(`gap ${gapMs} ms, round ${round + 1}/${rounds}`);
      for (let i = 0; i < ARMS.length; i += 1) {
        const arm = ARMS[(i + round) % ARMS.length]!;
        bursts[arm].push(await measureBurst({ arm, gapMs, calls, collector, sdkFolder }));
      }
    }
    gaps.push({ gapMs, bursts });
  }
  console.error('CPU time under a quota');
  const cpu = await measureKeptCpu(sinks, sdkFolder, { rounds: CPU_ROUNDS, invocations: CPU_INVOCATIONS });
  const command = ['npm run bench:disturbance', ...(args.length > 0 ? ['--', ...args] : [])].join(' ');
  const found: Disturbance = {
    date: new Date().toISOString(),
    command,
    machine,
    callsPerBurst: calls,
    gaps,
    cpu,
  };
  const text = renderDisturbance(found);
  if (markdown !== undefined) await updateSection(markdown, 'disturbance', text);
  console.log(json ? JSON.stringify(found) : text);
  return 'refused' in cpu ? 1 : 0;
}

process.exitCode = await main(process.argv.slice(2));
