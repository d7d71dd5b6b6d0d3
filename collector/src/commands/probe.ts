import type { Command } from './command.ts';

/** Measures a target from outside, as somebody published it. */
export const probe: Command = {
  name: 'probe',
  summary: 'measure a function or platform from outside, with one of the experiments of the field',
  positionals: ['EXPERIMENT'],
  options: [
    { name: 'url', value: 'URL', help: 'the function to measure, behind http or https' },
    { name: 'lambda', value: 'NAME', help: 'the function of AWS Lambda to measure, by name or ARN' },
    { name: 'local', value: 'FILE', help: 'start the local platform with this configuration and measure it' },
    {
      name: 'function',
      value: 'NAME',
      help: 'what {function} in --url stands for; with --local the function to call',
    },
    { name: 'set', value: 'NAME=VALUE', multiple: true, help: 'a parameter of the experiment' },
    {
      name: 'out',
      value: 'DIR',
      help: 'journal and results; a run that was cut off there goes on',
      fallback: 'sandscope-results/EXPERIMENT-TIME',
    },
    { name: 'dry-run', help: 'show the plan and its price, and do nothing' },
    { name: 'yes', help: 'do not ask before calling what is not on this machine' },
    { name: 'seed', value: 'N', help: 'the same seed makes the same schedule', fallback: 'chance' },
    {
      name: 'time-scale',
      value: 'N',
      help: 'divide waits by it; only with --local, whose platform is sped up too',
      fallback: '1',
    },
    { name: 'timeout', value: 'TIME', help: 'how long an answer is waited for', fallback: '30s' },
    { name: 'max-calls', value: 'N', help: 'end the run before more', fallback: '20000' },
    { name: 'max-duration', value: 'TIME', help: 'end the run after it', fallback: '12h' },
    {
      name: 'max-cost',
      value: 'AMOUNT',
      help: 'refuse plans that cost more, by --price-plan',
      fallback: '1',
    },
    {
      name: 'price-plan',
      value: 'NAME',
      help: 'what calls cost, one of the plans that docs/experiments.md lists',
      fallback: 'aws-lambda-x86-2025',
    },
    { name: 'method', value: 'NAME', help: 'with --url', fallback: 'POST' },
    {
      name: 'header',
      value: 'HEADER',
      multiple: true,
      help: 'with --url: "name: value"; env:VARIABLE as the value reads it from the environment',
    },
    { name: 'ca', value: 'FILE', help: 'with --url: certificates to trust besides those of the system' },
    { name: 'event', value: 'FILE', help: 'JSON that is part of the event of every call' },
    { name: 'no-body', help: 'send no event: the function is called as it is' },
    {
      name: 'region',
      value: 'NAME',
      help: 'with --lambda',
      fallback: 'of the ARN or of AWS’s own configuration',
    },
    { name: 'lambda-endpoint', value: 'URL', help: 'another platform that speaks the Invoke API' },
    { name: 'collector', value: 'URL', help: 'send client spans there, and ask it what the functions told' },
    { name: 'json', help: 'the result as JSON on standard output' },
  ],
  notes: `Without EXPERIMENT it lists those there are; EXPERIMENT without a target lists its parameters. Times are written
as 500ms, 90s, 4min, 1h. Everything is in DIR: result.json, samples.csv, and the journal by which the same command
goes on after Ctrl-C or a crash. Exit code 10: the target cannot be reached; 11: a ceiling was reached.`,
  // Most commands need none of it, and it is much to load.
  run: async (settings) => (await import('./probe-run.ts')).runProbe(settings),
};
