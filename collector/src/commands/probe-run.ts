import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { openClientSpans, ProbeError } from '@sandscope/probes/outside';
import type { ProbeResult, Target } from '@sandscope/probes/outside';
import { badOption } from '../config/index.ts';
import type { Settings } from '../config/index.ts';
import { CollectorError } from '../errors/errors.ts';
import {
  conduct,
  DEFAULT_PRICE_PLAN,
  describeExperiments,
  describeParameters,
  EXPERIMENTS,
  joinCollector,
  newSeed,
  planOf,
  PRICE_PLANS,
  readDuration,
  readParameters,
  roughDuration,
} from '../experiments/index.ts';
import type { Assignment, Experiment, LocalPlatform, Plan } from '../experiments/index.ts';
import { ProbeProgress } from './probe-progress.ts';
import { cleanProbe, publishedSizes } from './probe-sizes.ts';
import type { PublishedSizes } from './probe-sizes.ts';
import { openTarget } from './probe-target.ts';
import { renderTable } from './table.ts';
import { packageVersion } from '../process/package-version.ts';

/** Runs `sandscope probe`. */
export async function runProbe(settings: Settings): Promise<void> {
  const [name] = settings.positionals;
  if (name === undefined) {
    process.stdout.write(describeExperiments(EXPERIMENTS));
    return;
  }
  if (name === 'clean') return cleanProbe(settings);
  const experiment = EXPERIMENTS.find((one) => one.name === name);
  if (!experiment) throw badOption(`there is no experiment "${name}"; sandscope probe lists all experiments`);
  const given = readParameters(experiment.parameters, settings.list('set'));
  const sizes = publishedSizes(settings, given);
  const parameters = sizes === undefined ? given : { ...given, function: sizes.template };
  const targets = ['url', 'lambda', 'local'].filter((option) => settings.text(option) !== undefined);
  if (targets.length === 0 && !settings.flag('dry-run')) {
    process.stdout.write(describeParameters(experiment));
    return;
  }
  if (targets.length > 1) throw badOption(`--${targets.join(' and --')} are several targets; give one`);
  await measure(settings, readAssignment(settings, experiment, parameters), sizes);
}

function readAssignment(
  settings: Settings,
  experiment: Experiment,
  parameters: Readonly<Record<string, unknown>>,
): Assignment {
  const time = (option: string, fallback: number): number => {
    const told = settings.setting(option);
    return told === undefined ? fallback : readDuration(told.text, told.name);
  };
  const plan = settings.text('price-plan') ?? DEFAULT_PRICE_PLAN;
  const prices = Object.hasOwn(PRICE_PLANS, plan) ? PRICE_PLANS[plan] : undefined;
  if (!prices)
    throw badOption(`there is no price plan "${plan}"; the plans are ${Object.keys(PRICE_PLANS).join(', ')}`);
  const timeScale = readTimeScale(settings);
  const seed = settings.count('seed');
  const event = settings.file('event');
  const at = new Date().toISOString().replaceAll(/[:.]/g, '-');
  return {
    experiment,
    parameters,
    ...(seed !== undefined && { seed }),
    timeScale,
    timeoutMs: time('timeout', 30_000),
    ceilings: {
      calls: settings.count('max-calls') ?? 20_000,
      durationMs: time('max-duration', 12 * 3_600_000),
    },
    prices,
    version: packageVersion(),
    folder: resolve(settings.text('out') ?? join('sandscope-results', `${experiment.name}-${at}`)),
    ...(event !== undefined && { event: readEvent(event) }),
    ...(settings.flag('no-body') && { withoutBody: true }),
  };
}

function readTimeScale(settings: Settings): number {
  const told = settings.setting('time-scale');
  if (told === undefined) return 1;
  const scale = Number(told.text);
  if (!(scale > 0)) throw badOption(`${told.name} is not a number above 0: "${told.text}"`);
  if (scale !== 1 && settings.text('local') === undefined)
    throw badOption(`${told.name} only works with --local: other platforms do not run faster`);
  return scale;
}

function readEvent(text: string): Record<string, unknown> {
  try {
    const event = JSON.parse(text) as unknown;
    if (typeof event === 'object' && event !== null && !Array.isArray(event))
      return event as Record<string, unknown>;
  } catch {
    // The message below reports it.
  }
  throw badOption('--event names a file that is not a JSON object');
}

async function measure(
  settings: Settings,
  assignment: Assignment,
  sizes: PublishedSizes | undefined,
): Promise<void> {
  const plan = planOf(assignment, assignment.seed ?? newSeed());
  requireAffordable(settings, plan);
  if (settings.flag('dry-run')) return void process.stdout.write(planText(assignment, plan));
  const stop = new AbortController();
  let signalled: NodeJS.Signals | undefined;
  const onSignal = (signal: NodeJS.Signals): void => {
    // A second signal ends the process at once.
    if (signalled !== undefined) process.exit(signal === 'SIGINT' ? 130 : 143);
    signalled = signal;
    stop.abort();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  const collector = settings.text('collector');
  const progress = new ProbeProgress(process.stderr);
  const notice = (message: string): void => {
    progress.clear();
    process.stderr.write(`sandscope: ${message}\n`);
  };
  let platform: LocalPlatform | undefined;
  let target: Target | undefined;
  let removeSizes: PublishedSizes['remove'] | undefined;
  try {
    ({ target, platform } = await openTarget(settings, assignment));
    if (target.isRemote) await ask(settings, assignment, plan);
    removeSizes = sizes?.remove;
    await sizes?.publish();
    const { result, endedBy } = await conduct(assignment, {
      target,
      signal: stop.signal,
      onProgress: (state) => progress.update(state),
      notice,
      ...(collector !== undefined && {
        openSpans: (runId) =>
          openClientSpans({ endpoint: collector, experiment: assignment.experiment.name, runId }),
        join: (samples, startedUnixMs) => joinCollector(samples, startedUnixMs, { url: collector, notice }),
      }),
    });
    progress.clear();
    const picture = await drawn(result, assignment.folder, notice);
    report(settings, assignment, result, picture);
    if (signalled !== undefined) process.exitCode = signalled === 'SIGINT' ? 130 : 143;
    else if (endedBy === 'unreachable' || (result.counts.ok === 0 && result.complete))
      throw new CollectorError(
        'ERR_PROBE_TARGET',
        `the target did not answer as expected: ${failuresOf(result)}`,
      );
    else if (endedBy !== undefined)
      throw new CollectorError('ERR_PROBE_INCOMPLETE', `the run reached its limit (--max-${endedBy})`);
  } catch (error) {
    if (error instanceof ProbeError) throw badOption(error.message);
    throw error;
  } finally {
    progress.clear();
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    await removeSizes?.().catch((error: unknown) => {
      const left = `sandscope probe clean --lambda ${settings.text('lambda')}`;
      notice(`${(error as Error).message}; to try again: ${left}`);
    });
    await target?.close();
    await platform?.stop();
  }
}

function requireAffordable(settings: Settings, { figures }: Plan): void {
  const told = settings.setting('max-cost');
  const most = Number(told?.text ?? 1);
  if (!(most >= 0)) throw badOption(`${told?.name} is not an amount: "${told?.text}"`);
  const { cost } = figures;
  if (settings.text('local') !== undefined || cost === undefined || cost.amount <= most) return;
  throw badOption(
    `the planned ${figures.calls} calls cost about ${cost.amount.toFixed(4)} ${cost.currency} by ${cost.pricePlan}, more than --max-cost allows (${most})`,
  );
}

function planText({ experiment, parameters, prices }: Assignment, { figures }: Plan): string {
  const { units, calls, durationMs, cost } = figures;
  const price =
    cost === undefined
      ? `free by ${prices.name}`
      : `about ${cost.amount.toPrecision(2)} ${cost.currency} by ${cost.pricePlan}, if a call takes 1 s at 128 MB`;
  const set = Object.entries(experiment.parameters).map(
    ([name, parameter]) => `  ${name} = ${parameter.show(parameters[name])}\n`,
  );
  return `${experiment.name}: ${experiment.summary}\n${set.join('')}${units} units, ${calls} calls, about ${roughDuration(durationMs)}, ${price}\n`;
}

async function ask(settings: Settings, assignment: Assignment, plan: Plan): Promise<void> {
  if (settings.flag('yes')) return;
  const made = settings.flag('publish-sizes')
    ? 'A version of the function is published for each size, and removed at the end.\n'
    : '';
  const text = `${planText(assignment, plan)}${made}`;
  if (!process.stdin.isTTY || !process.stderr.isTTY)
    throw badOption(
      `the target is not on this machine, and its calls may cost money: give --yes.\n${text.trim()}`,
    );
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(`${text}The target is not on this machine. Go on? [y/N] `);
  terminal.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw badOption('not begun');
}

/**
 * Saves the pictures of a result beside it.
 *
 * @returns the file of the most important one; undefined if nothing was answered or it cannot be saved
 */
async function drawn(
  result: ProbeResult,
  folder: string,
  notice: (message: string) => void,
): Promise<string | undefined> {
  if (result.counts.ok === 0) return undefined;
  try {
    // Loaded late: drawing is large, and the measurement must not wait for it.
    return await (await import('../report/save-pictures.ts')).saveResultPictures(result, folder);
  } catch (error) {
    notice(`the picture could not be drawn: ${(error as Error).message}`);
    return undefined;
  }
}

function report(
  settings: Settings,
  { experiment, folder }: Assignment,
  result: ProbeResult,
  picture: string | undefined,
): void {
  if (settings.flag('json')) return void process.stdout.write(`${JSON.stringify(result)}\n`);
  const rows = experiment.table(result.summary);
  const { counts, missing, clockSteps, complete } = result;
  const lines = [
    ...(complete ? [] : ['The run is not complete.']),
    ...(counts.ok === result.samples.length ? [] : [`Not counted: ${failuresOf(result)}.`]),
    ...clockSteps.map(
      ({ stepMs }) => `The clock of this machine was changed by ${Math.round(stepMs)} ms during the run.`,
    ),
    ...(missing.length === 0 ? [] : [`Not known here: ${missing.map(({ column }) => column).join(', ')}.`]),
    result.verdict,
    ...(picture === undefined ? [] : [`The picture is ${picture}`]),
    `Results are in ${folder}`,
  ];
  process.stdout.write(`${rows.length === 0 ? '' : renderTable(rows)}${lines.join('\n')}\n`);
}

function failuresOf({ counts, samples }: ProbeResult): string {
  const all = [...Object.entries(counts.errors), ...Object.entries(counts.discarded)];
  const first = samples.find(({ error }) => error !== undefined)?.error?.message;
  const listed = all.map(([reason, n]) => `${n} ${reason}`).join(', ');
  return first === undefined ? listed : `${listed} (first: ${first})`;
}
