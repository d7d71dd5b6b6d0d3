import type { ClientSpans } from './client-spans.ts';
import { readAnswer } from './function-answer.ts';
import type { AnswerFacts } from './function-answer.ts';
import type { Sample, SampleErrorCode, Start } from './sample.ts';
import type { Target, TargetReply } from './target.ts';
import type { CallSpec } from './unit.ts';

export interface CallerOptions {
  readonly target: Target;
  /** `performance.now()` at the start of the run. */
  readonly origin: number;
  readonly firstIndex: number;
  readonly timeScale: number;
  readonly timeoutMs: number;
  readonly event?: Readonly<Record<string, unknown>>;
  readonly withoutBody?: boolean;
  readonly needsFacts?: boolean;
  readonly spans?: ClientSpans;
  /** `retryAfterMs`: the pause that the platform asked for. */
  readonly keep: (sample: Sample, retryAfterMs?: number) => void;
}

/** If the client sends a call this much later than it was due, the sample describes the client, not the target. */
const LATE_MS = 100;

/** Makes calls and their samples. */
export class Caller {
  readonly #options: CallerOptions;
  #nextIndex: number;
  /** By function: calls in progress, and when the last one ended. */
  readonly #use = new Map<string, { busy: number; endMs?: number }>();
  /** Whether earlier answers described the function: an answer that does not is then from something else. */
  #knowsFacts: boolean;

  constructor(options: CallerOptions) {
    this.#options = options;
    this.#nextIndex = options.firstIndex;
    this.#knowsFacts = options.needsFacts === true;
  }

  async call(unit: string, spec: CallSpec): Promise<Sample> {
    const { target, origin, timeoutMs, timeScale, spans, keep } = this.#options;
    const { functionName } = spec;
    const index = this.#nextIndex++;
    const name = functionName ?? '';
    const use = this.#use.get(name) ?? { busy: 0 };
    this.#use.set(name, use);
    const wasIdle = use.busy === 0 && use.endMs !== undefined ? use.endMs : undefined;
    const span = spans?.begin(functionName ?? target.describe().name ?? 'function', spec.role);
    const body = this.#bodyOf(spec, span?.headers ?? {});
    use.busy += 1;
    const reply = await target.call({
      body,
      headers: span?.headers ?? {},
      ...(functionName !== undefined && { functionName }),
      ...(spec.type && { type: spec.type }),
      ...(spec.keepAlive !== undefined && { keepAlive: spec.keepAlive }),
      timeoutMs,
    });
    use.busy -= 1;
    use.endMs = reply.endAt - origin;
    const told = reply.body && spec.type !== 'async' ? readAnswer(reply.body) : undefined;
    const error = this.#errorOf(reply, told, spec);
    if (!error && told) this.#knowsFacts = true;
    const sentMs = reply.sentAt - origin;
    const scheduledMs = spec.scheduledMs ?? sentMs;
    const isLate = sentMs - scheduledMs > LATE_MS;
    const sample: Sample = {
      index,
      unit,
      role: spec.role,
      outcome: error ? 'error' : isLate ? 'discarded' : 'ok',
      ...(error && { error }),
      ...(!error && isLate && { discarded: 'late' }),
      scheduledMs,
      sentMs,
      ...(reply.connectedAt !== undefined && { connectedMs: reply.connectedAt - origin }),
      ...(reply.firstByteAt !== undefined && { firstByteMs: reply.firstByteAt - origin }),
      endMs: reply.endAt - origin,
      ...(reply.httpStatus !== undefined && { httpStatus: reply.httpStatus }),
      ...startOf(error === undefined ? reply : undefined, told),
      ...(told?.sandboxId !== undefined && { sandboxId: told.sandboxId }),
      ...(told?.hostId !== undefined && { hostId: told.hostId }),
      ...(span && { traceId: span.traceId }),
      ...(functionName !== undefined && { functionName }),
      ...(body && { requestBytes: body.length }),
      ...(reply.responseBytes !== undefined && { responseBytes: reply.responseBytes }),
      ...(spec.idleBeforeMs !== undefined && { idleBeforeMs: spec.idleBeforeMs }),
      ...(wasIdle !== undefined && { idleMeasuredMs: (sentMs - wasIdle) * timeScale }),
      ...(spec.width !== undefined && { width: spec.width }),
      ...(spec.memoryMb !== undefined && { memoryMb: spec.memoryMb }),
      ...(spec.cell && { cell: spec.cell }),
      ...(told && { function: told.facts }),
      ...(reply.provider && { provider: reply.provider }),
    };
    span?.end(sample);
    keep(sample, reply.retryAfterMs);
    return sample;
  }

  #bodyOf(spec: CallSpec, traceHeaders: Readonly<Record<string, string>>): Buffer | undefined {
    if (this.#options.withoutBody === true) return undefined;
    const { event, paddingBytes = 0 } = spec;
    const padding = paddingBytes > 0 ? { padding: 'x'.repeat(paddingBytes) } : {};
    // Tracers look at the top level of the event if there are no headers.
    return Buffer.from(JSON.stringify({ ...this.#options.event, ...event, ...traceHeaders, ...padding }));
  }

  #errorOf(
    { error }: TargetReply,
    told: AnswerFacts | undefined,
    { type }: CallSpec,
  ): { readonly code: SampleErrorCode; readonly message: string } | undefined {
    if (error) return error;
    if (told || type === 'async' || !this.#knowsFacts) return undefined;
    return {
      code: 'unexpected_answer',
      message: 'the answer has no field "sandscope" that describes the function',
    };
  }
}

function startOf(
  reply: TargetReply | undefined,
  told: AnswerFacts | undefined,
): Pick<Sample, 'start' | 'startGround'> {
  if (told && told.start !== 'unknown') return { start: told.start, startGround: 'answer' };
  const provider = reply?.provider;
  if (provider?.durationMs === undefined) return { start: 'unknown' };
  const start: Start = provider.initMs === undefined ? 'warm' : 'cold';
  return { start, startGround: 'log' };
}
