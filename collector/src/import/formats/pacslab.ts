import * as semconv from '@sandscope/probes/semconv';
import type { Option } from '../../config/index.ts';
import type { ImportFormat } from './format.ts';
import { TableReader } from './invocations/index.ts';
import type { Mapping } from './invocations/mapping.ts';

const FUNCTION: Option = {
  name: 'function',
  value: 'NAME',
  help: 'the function of these logs, whatever name they contain',
};

/**
 * The columns of pacslab/serverless-performance-modeling. `exist_id` is a value that the sandbox kept in a file since
 * its first invocation; times are by the function's clock, in ms, except in tables that were rewritten later, where the
 * size of the numbers shows the unit.
 */
const mappingOf = (functionName: string): Mapping => ({
  fields: {
    function: { value: functionName },
    start: { column: 'start_time' },
    end: { column: 'end_time' },
    duration: { column: 'elapsed_time', unit: 'ms' },
    sandbox: { column: 'exist_id' },
    invocation: { column: 'new_id' },
    cold: { column: 'is_cold' },
    billedDuration: { column: 'aws_billed_duration', unit: 'ms' },
    maxMemoryUsed: { column: 'aws_max_mem', unit: 'MiB' },
    platform: { value: 'aws_lambda' },
  },
  attributes: { [semconv.ATTR_KERNEL_ISOLATION]: { value: 'microvm' } },
});

/** The AWS Lambda measurements published by PACS Lab. */
export const pacslab: ImportFormat = {
  name: 'pacslab',
  summary: 'measurements of pacslab/serverless-performance-modeling (CSV)',
  options: [FUNCTION],
  recognises: (beginning) => {
    const [header = ''] = beginning.toString('utf8').split('\n', 1);
    return ['is_cold', 'new_id', 'exist_id', 'start_time'].every((name) => header.includes(name));
  },
  reader: (context) => new TableReader(context, mappingOf(context.settings.text('function') ?? 'pacslab')),
};
