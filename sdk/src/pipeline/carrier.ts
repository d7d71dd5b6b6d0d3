import type { Config } from '../config/config.ts';
import { monotonicNanos, wallMs } from '../clock/clock.ts';
import { lambdaPlatform } from '../lambda/lambda-platform.ts';
import type { Invocation } from '../invocation/invocation.ts';
import type { Recorder } from '../invocation/recorder.ts';
import { guarded } from '../fence/report.ts';
import { readResource } from '../sandbox/resource.ts';
import { SpanMaker } from '../span/span-maker.ts';
import type { Attributes, Span } from '../otlp/span.ts';
import type { InvocationFacts } from '../invocation/invocation-facts.ts';

/** Handle of an invocation that has begun; pass it back unchanged. */
export interface Begun {
  readonly requestId: string | undefined;
}

/** Records for OpenTelemetry, which makes and sends the spans. */
export interface Carrier {
  /** Records the beginning of an invocation; undefined if that failed. */
  begin(facts: InvocationFacts): Begun | undefined;
  /** Records its end, and returns the spans to make: the invocation's span last. */
  end(invocation: Begun): readonly Span[];
  /** The spans to make at the end of the process. */
  goodbye(reason: string): readonly Span[];
  /** Resource attributes; the service name is left to the sender. */
  resource(): Attributes;
}

/** @param recorder records every invocation: the sender decides about sampling */
export function createCarrier(config: Config, recorder: Recorder): Carrier {
  const { env } = process;
  let made: Span[] = [];
  const maker = new SpanMaker({
    env,
    pooled: false,
    addresses: config.addresses,
    add: (span) => made.push(span),
    dropped: () => 0,
  });
  const make = (): readonly Span[] => {
    maker.finish(recorder.take(), recorder.captures);
    const { sandbox } = recorder.tracker;
    const previous = recorder.tracker.takePreviousProcess();
    if (previous !== undefined && sandbox !== undefined) maker.makeLost(previous, sandbox);
    maker.make();
    const taken = made;
    made = [];
    return taken;
  };
  return {
    begin: (facts) =>
      guarded('beginning an invocation', () => {
        const entered = { nanos: monotonicNanos(), unixMs: wallMs() };
        const invocation = recorder.begin(facts.name ?? 'function', facts, entered);
        recorder.started(invocation);
        return invocation;
      }),
    end: (invocation: Invocation) => {
      guarded('ending an invocation', () => recorder.end(invocation, () => undefined));
      return make();
    },
    goodbye: (reason) => {
      const spans = [...make()];
      const { last, idleSince } = recorder;
      const { sandbox, ordinal, closed } = recorder.tracker;
      if (sandbox === undefined || closed) return spans;
      recorder.stopWatching();
      maker.makeShutdown({ sandbox, reason, ordinal, last: last?.trace, idleSince });
      recorder.tracker.close(false);
      return [...spans, ...make(), ...made.splice(0)];
    },
    resource: () => {
      const platform = lambdaPlatform();
      const name = env['AWS_LAMBDA_FUNCTION_NAME'] || env['K_SERVICE'] || '';
      const {
        'service.name': _service,
        'faas.name': faasName,
        ...known
      } = readResource(env, config, name, platform?.resource?.(env));
      return { ...known, ...(faasName && { 'faas.name': faasName }) };
    },
  };
}
