import type { ErrorCode } from '../errors/errors.ts';

/** Exit codes of the commands, besides 0 for success; 1 is for every error that is not listed. */
export const EXIT_CODES: Partial<Readonly<Record<ErrorCode, number>>> = {
  ERR_OPTION: 2,
  ERR_PORT_IN_USE: 3,
  ERR_DATA_DIR: 4,
  ERR_BACKUP: 5,
  ERR_IMPORT_FORMAT: 6,
  ERR_IMPORT_INPUT: 7,
  ERR_IMPORT_SEND: 8,
  ERR_AWS: 9,
  ERR_AWS_SDK: 9,
  ERR_LAYER_NOT_FOUND: 10,
  ERR_LAMBDA_RUNTIME: 10,
  ERR_LAMBDA_WRAPPER: 10,
  ERR_LAMBDA_LAYERS: 10,
  ERR_LAMBDA_VARIABLES: 10,
  ERR_COLLECTOR: 11,
  ERR_PROBE_TARGET: 12,
  ERR_PROBE_INCOMPLETE: 13,
  ERR_RESULT: 14,
  ERR_DOCTOR: 15,
};

/** The same in words, for the help and `docs/command.md`. */
export const EXIT_CODE_HELP: readonly (readonly [code: string, meaning: string])[] = [
  ['0', 'success; for up: stopped by SIGINT or SIGTERM, with all acknowledged spans on disk'],
  ['1', 'failed'],
  ['2', 'an option or variable cannot be used'],
  ['3', 'the port is in use'],
  ['4', 'the data directory cannot be used'],
  ['5', 'a backup cannot be written or read'],
  ['6', 'a file to import has another format'],
  ['7', 'a file to import cannot be read'],
  ['8', 'the collector did not accept the imported spans'],
  ['9', 'AWS rejected the request or cannot be reached, or the AWS SDK is not installed'],
  ['10', 'the function cannot be instrumented in its present state, or the layer does not exist'],
  ['11', 'the collector does not answer, or rejects the request'],
  ['12', 'the target of an experiment cannot be reached'],
  ['13', 'an experiment reached a limit; its measurements so far are written'],
  ['14', 'a file is not a readable result of an experiment'],
  ['15', 'doctor found a problem'],
  [
    '130, 143',
    'stopped by SIGINT (130) or SIGTERM (143) before the start was complete, or by a second signal; probe: by the first signal, after writing its results',
  ],
];
