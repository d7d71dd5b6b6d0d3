import type { Command } from './command.ts';

/** Measures a target from outside, with published techniques. */
export const probe: Command = {
  name: 'probe',
  summary: 'measure a function or a platform from outside with a published experiment',
  positionals: ['EXPERIMENT'],
  options: [
    { name: 'url', value: 'URL', help: 'the http or https address of the function to measure' },
    { name: 'lambda', value: 'NAME', help: 'the AWS Lambda function to measure, by name or ARN' },
    {
      name: 'local',
      value: 'FILE',
      help: 'start the local platform with this configuration, and measure it',
    },
    {
      name: 'function',
      value: 'NAME',
      help: 'value of {function} in --url; with --local the function to call',
    },
    { name: 'set', value: 'NAME=VALUE', multiple: true, help: 'a parameter of the experiment' },
    {
      name: 'out',
      value: 'DIR',
      help: 'folder for journal and results; an interrupted run in it is continued',
      fallback: 'sandscope-results/EXPERIMENT-TIME',
    },
    { name: 'dry-run', help: 'show the plan and its price, and call nothing' },
    { name: 'yes', help: 'do not ask before calling anything outside this machine' },
    { name: 'seed', value: 'N', help: 'the same seed makes the same schedule', fallback: 'random' },
    {
      name: 'time-scale',
      value: 'N',
      help: 'divide waiting times by N; only with --local, whose platform runs N times as fast',
      fallback: '1',
    },
    { name: 'timeout', value: 'TIME', help: 'how long to wait for an answer', fallback: '30s' },
    { name: 'max-calls', value: 'N', help: 'maximum number of calls of a run', fallback: '20000' },
    { name: 'max-duration', value: 'TIME', help: 'maximum duration of a run', fallback: '12h' },
    {
      name: 'max-cost',
      value: 'AMOUNT',
      help: 'refuse plans that cost more by --price-plan',
      fallback: '1',
    },
    {
      name: 'price-plan',
      value: 'NAME',
      help: 'the price of calls: one of the plans listed in docs/experiments.md',
      fallback: 'aws-lambda-x86-2025',
    },
    { name: 'method', value: 'NAME', help: 'with --url: the HTTP method', fallback: 'POST' },
    {
      name: 'header',
      value: 'HEADER',
      multiple: true,
      help: 'with --url: a header, "name: value"; the value env:VARIABLE is read from the environment',
    },
    { name: 'ca', value: 'FILE', help: 'with --url: certificates to trust besides those of the system' },
    { name: 'event', value: 'FILE', help: 'JSON to include in the event of every call' },
    { name: 'no-body', help: 'send no event' },
    {
      name: 'region',
      value: 'NAME',
      help: 'with --lambda',
      fallback: 'of the ARN or of AWS’s own configuration',
    },
    {
      name: 'publish-sizes',
      help: 'with --lambda: publish a version of the function for each memory size of the experiment, and remove them at the end',
    },
    { name: 'lambda-endpoint', value: 'URL', help: 'URL of another platform with the Invoke API' },
    {
      name: 'collector',
      value: 'URL',
      help: 'send client spans to this collector, and ask it about the functions',
    },
    { name: 'json', help: 'the result as JSON on standard output' },
  ],
  notes: `Without EXPERIMENT it lists the experiments; EXPERIMENT without a target lists its parameters. Times are written
as 500ms, 90s, 4min, 1h. DIR holds the picture of the result, result.json, samples.csv, and a journal, by which the
same command continues after Ctrl-C or a crash. What a crash left in AWS is removed by: sandscope probe clean --lambda NAME. Exit code 12: the target cannot be reached; 13: a limit was reached.`,
  // Loaded late: most commands do not need it, and it is large.
  run: async (settings) => (await import('./probe-run.ts')).runProbe(settings),
};
