/**
 * `npm run bench:overhead`: the cost of Sandscope and its peers for a function, measured in child processes.
 *
 *     node sdk/bench/overhead/main.ts [--json] [--runs N] [--invocations N] [--only ID,…] [--quota]
 *                                     [--markdown FILE] [--sdk FOLDER]
 *
 * `--only` takes ids of variants or their first parts (`bare,sandscope`), `--sdk` a built SDK instead of building it.
 * Needs Linux and bash, and for the quota a CPU controller under which it may create a group. Progress goes to standard
 * error, the tables or (`--json`) the numbers to standard output. Exit code 0 if everything was measured, 1 if a
 * variant is missing or a part was skipped, 2 for invalid arguments. A missed target is a result, not a failure.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildSdk } from '../../../.ci/build.ts';
import { updateMarkdown } from './markdown.ts';
import { makePlan, type Plan } from './plan.ts';
import { makeReport, readMachine, type Report } from './report.ts';
import { measureAll } from './run.ts';
import { formatTable, makeTables } from './tables.ts';
import { selectVariants } from './variants.ts';

interface Options {
  readonly plan: Plan;
  readonly json: boolean;
  readonly markdown: string | undefined;
  readonly sdk: string | undefined;
}

function readCount(name: string, text: string, least: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= 100_000) return value;
  throw new RangeError(`--${name} takes a whole number from ${least}, not "${text}"`);
}

function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      runs: { type: 'string', default: '20' },
      invocations: { type: 'string', default: '250' },
      only: { type: 'string' },
      quota: { type: 'boolean', default: false },
      markdown: { type: 'string' },
      sdk: { type: 'string' },
    },
  });
  const only = values.only?.split(',');
  selectVariants(only);
  const runs = readCount('runs', values.runs, 1);
  const invocations = readCount('invocations', values.invocations, 4);
  return {
    plan: makePlan(runs, invocations, only, values.quota),
    json: values.json,
    markdown: values.markdown,
    sdk: values.sdk,
  };
}

function printTables(report: Report): void {
  for (const { title, table } of makeTables(report)) console.log(`\n${title}\n\n${formatTable(table)}`);
  for (const warning of report.warnings) console.log(`\n! ${warning}`);
}

async function main(args: readonly string[]): Promise<number> {
  let options: Options;
  try {
    options = readOptions(args);
  } catch (error) {
    console.error((error as Error).message);
    return 2;
  }
  const { plan, json, markdown, sdk } = options;
  const sdkFolder = sdk === undefined ? await buildSdk() : resolve(sdk);
  const machine = readMachine();
  const run = await measureAll(plan, sdkFolder, (line) => console.error(line));
  const command = ['npm run bench:overhead', ...(args.length > 0 ? ['--', ...args] : [])].join(' ');
  const report = await makeReport(run, { plan, machine, command, sdkFolder });
  if (markdown !== undefined) await updateMarkdown(markdown, report);
  if (json) console.log(JSON.stringify(report, null, 2));
  else printTables(report);
  const isComplete =
    run.warnings.length === 0 && report.variants.every(({ status }) => status === 'measured');
  return isComplete ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
