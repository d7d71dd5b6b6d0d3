// A separate process that sends requests at a rate and reports the result. Its first message is the plan.
import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { Payload, PayloadEncoding } from './payload.ts';
import { makePayload, SPANS_A_REQUEST } from './payload.ts';

export interface SendPlan {
  /** Full URL of `/v1/traces`. */
  readonly url: string;
  readonly encoding: PayloadEncoding;
  readonly gzip: boolean;
  /** If absent, as fast as answers arrive. */
  readonly spansPerSecond?: number;
  readonly seconds: number;
  /** Concurrent requests, each on its own connection. */
  readonly lanes: number;
  /** Spans per request, a multiple of five. Default 500. */
  readonly spansARequest?: number;
  /** First serial number of the ids, so that no two plans send the same spans. */
  readonly firstSerial: number;
}

export interface SendResult {
  readonly sentRequests: number;
  readonly sentSpans: number;
  /** Answers other than 200, by status; 0 for no answer. */
  readonly refused: Readonly<Record<string, number>>;
  readonly seconds: number;
  readonly bodyBytes: number;
  /** From the moment a request was due to its answer, ms, ascending; without those of the first three seconds. */
  readonly ackMillis: readonly number[];
  /** CPU time of this process, s. */
  readonly cpuSeconds: number;
  readonly lastSerial: number;
}

/** Both sides compile their code in the first moments; answers in that time are counted, but not timed. */
const WARM_UP_MILLIS = 3000;

async function send(plan: SendPlan): Promise<SendResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: plan.lanes });
  const refused: Record<string, number> = {};
  const ackMillis: number[] = [];
  let sentRequests = 0;
  let bodyBytes = 0;
  let serial = plan.firstSerial;
  const spansARequest = plan.spansARequest ?? SPANS_A_REQUEST;
  const first = makePayload(plan.encoding, { invocations: spansARequest / 5 });
  const payloads = Array.from({ length: plan.lanes }, () => first.copy());
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  const end = start + plan.seconds * 1000;
  const warm = start + Math.min(WARM_UP_MILLIS, plan.seconds * 250);
  const gapMillis = plan.spansPerSecond === undefined ? 0 : (spansARequest / plan.spansPerSecond) * 1000;
  let nextDue = start;

  const lane = async (payload: Payload): Promise<void> => {
    for (;;) {
      const due = gapMillis === 0 ? performance.now() : nextDue;
      nextDue += gapMillis;
      if (due >= end) return;
      const wait = due - performance.now();
      if (wait > 0) await delay(wait);
      payload.stamp(serial++);
      const body = plan.gzip ? gzipSync(payload.bytes, { level: 1 }) : payload.bytes;
      const status = await post(agent, plan, body);
      if (due >= warm) ackMillis.push(performance.now() - due);
      bodyBytes += body.length;
      if (status === 200) sentRequests++;
      else {
        refused[String(status)] = (refused[String(status)] ?? 0) + 1;
        await delay(200);
      }
    }
  };
  await Promise.all(payloads.map((payload) => lane(payload)));
  const seconds = (performance.now() - start) / 1000;
  agent.destroy();
  const cpu = process.cpuUsage(cpuBefore);
  return {
    sentRequests,
    sentSpans: sentRequests * spansARequest,
    refused,
    seconds,
    bodyBytes,
    ackMillis: ackMillis.sort((a, b) => a - b),
    cpuSeconds: (cpu.user + cpu.system) / 1e6,
    lastSerial: serial,
  };
}

function post(agent: Agent, { url, encoding, gzip }: SendPlan, body: Buffer): Promise<number> {
  return new Promise((resolve) => {
    const headers = {
      'content-type': encoding === 'json' ? 'application/json' : 'application/x-protobuf',
      'content-length': body.length,
      ...(gzip && { 'content-encoding': 'gzip' }),
    };
    const sending = request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode ?? 0));
      response.once('error', () => resolve(0));
    });
    sending.once('error', () => resolve(0));
    sending.end(body);
  });
}

process.once('message', (plan) => {
  void send(plan as SendPlan).then((result) => {
    process.send?.(result, () => process.exit(0));
  });
});
