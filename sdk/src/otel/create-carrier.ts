import type { Config } from '../config.ts';
import { arnAccountId } from '../lambda.ts';
import type { Recorder } from '../recorder.ts';
import { guarded } from '../report.ts';
import { readResource } from '../resource.ts';
import { SpanBuffer } from '../span-buffer.ts';
import { SpanMaker } from '../span-maker.ts';
import type { Span } from '../span.ts';
import type { Carrier } from './carrier.ts';

/** Takes spans as they are instead of keeping them for an export of our own. */
class SpanSink extends SpanBuffer {
  #spans: Span[] = [];

  override add(span: Span): void {
    this.#spans.push(span);
  }

  take(): readonly Span[] {
    return this.#spans.splice(0);
  }
}

/** @param recorder records every invocation: sampling is decided by who sends */
export function createCarrier(config: Config, recorder: Recorder): Carrier {
  const { env } = process;
  const sink = new SpanSink(config.bufferSpans, config.bufferBytes);
  const maker = new SpanMaker({
    env,
    recorder,
    buffer: sink,
    pooled: false,
    onInheritance: () => undefined,
  });
  return {
    begin: (facts) =>
      guarded('beginning an invocation', () =>
        recorder.begin(facts.name ?? 'function', undefined, undefined, process.hrtime.bigint(), facts),
      ),
    end: (invocation) => {
      guarded('ending an invocation', () => recorder.end(invocation, undefined));
      maker.encode();
      return sink.take();
    },
    goodbye: (reason) => {
      guarded('saying goodbye', () => maker.sayGoodbye(reason, false));
      return sink.take();
    },
    resource: () => {
      const name = env['AWS_LAMBDA_FUNCTION_NAME'] || env['K_SERVICE'] || '';
      const accountId = arnAccountId(recorder.last?.lambda.invokedFunctionArn);
      const {
        'service.name': _service,
        'faas.name': faasName,
        ...known
      } = readResource(env, config, name, accountId);
      return { ...known, ...(faasName && { 'faas.name': faasName }) };
    },
  };
}
