import type { Experiment } from './experiment.ts';

/** One line each. */
export function describeExperiments(experiments: readonly Experiment[]): string {
  const width = Math.max(...experiments.map(({ name }) => name.length)) + 2;
  return experiments.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}\n`).join('');
}

/** The parameters with their defaults. */
export function describeParameters({ name, summary, source, parameters }: Experiment): string {
  const width = Math.max(...Object.keys(parameters).map((key) => key.length)) + 2;
  const lines = Object.entries(parameters).map(
    ([key, parameter]) => `  ${key.padEnd(width)}${parameter.help} (${parameter.show(parameter.fallback)})\n`,
  );
  return `${name}: ${summary}\nAfter ${source}.\n\nParameters, for --set NAME=VALUE:\n${lines.join('')}`;
}
