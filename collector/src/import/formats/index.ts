import { cloudwatch } from './cloudwatch/index.ts';
import { cloudRunLog } from './cloud-run-log.ts';
import type { ImportFormat } from './format.ts';
import { idleOutcomes } from './idle-outcomes.ts';
import { invocations } from './invocations/index.ts';
import { jaeger } from './jaeger.ts';
import { otlp } from './otlp/index.ts';
import { pacslab } from './pacslab.ts';
import { sebs } from './sebs.ts';

/** All import formats. A new format is a file or folder here and a line in this list. */
export const FORMATS: readonly ImportFormat[] = [
  cloudwatch,
  cloudRunLog,
  otlp,
  jaeger,
  invocations,
  pacslab,
  sebs,
  idleOutcomes,
];
