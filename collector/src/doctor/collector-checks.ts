import { checkClock } from './clock.ts';
import type { DateSample } from './clock.ts';
import type { Env, Finding } from './finding.ts';
import { found } from './finding.ts';
import { endpointOf, sentHeaders } from './environment.ts';

const ANSWER_MILLIS = 10_000;
/** Contains no span, so nothing is stored. */
const EMPTY_REQUEST = '{"resourceSpans":[]}';

export interface CollectorOptions {
  readonly env: Env;
  /** Version of this package. */
  readonly version: string;
  /** Address of the collector, if it differs from that of the endpoint. */
  readonly url: string | undefined;
  /** Token for questions, if there is one. */
  readonly queryToken: string | undefined;
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly sample: DateSample | undefined;
}

/**
 * Checks that spans reach the collector and that it answers, by sending a request without spans and asking for its
 * status.
 */
export async function checkCollector({
  env,
  version,
  url,
  queryToken,
}: CollectorOptions): Promise<Finding[]> {
  const endpoint = url === undefined ? endpointOf(env) : new URL('v1/traces', withSlash(url));
  const base = new URL(endpoint.href.replace(/v1\/traces\/?$/, ''));
  const headers = { 'content-type': 'application/json', ...sentHeaders(env) };
  let sent: Answer;
  try {
    sent = await ask(endpoint, { method: 'POST', headers, body: EMPTY_REQUEST });
  } catch (error) {
    const { cause, message } = error as Error & { cause?: { code?: string; message?: string } };
    const reason = cause?.code ?? cause?.message ?? message;
    return [
      found('endpoint.reachable', 'fail', `No answer from ${endpoint.href} (${reason}).`, {
        facts: { url: endpoint.href },
        fix: 'Start the collector (sandscope up), or set OTEL_EXPORTER_OTLP_ENDPOINT to its address; inside a VPC or a container 127.0.0.1 is not your machine.',
      }),
    ];
  }
  return [
    ...judgePath(endpoint),
    ...judgeSending(endpoint, sent, hasHeader(headers, 'authorization')),
    await checkClock(async () => (await ask(new URL('healthz', base)).catch(() => undefined))?.sample),
    ...(await checkAnswers(base, version, { queryToken, isAccepted: sent.status === 200 })),
  ];
}

/** A usual mistake: the SDK completes the path of OTEL_EXPORTER_OTLP_ENDPOINT, as the specification says. */
function judgePath(endpoint: URL): Finding[] {
  if (!/\/v1\/traces\/v1\/traces\/?$/.test(endpoint.pathname)) return [];
  return [
    found('endpoint.path', 'fail', `/v1/traces is twice in the address: ${endpoint.href}.`, {
      facts: { url: endpoint.href },
      fix: 'Remove it from OTEL_EXPORTER_OTLP_ENDPOINT, or use OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, which is taken as it is.',
    }),
  ];
}

const hasHeader = (headers: Readonly<Record<string, string>>, name: string): boolean =>
  Object.keys(headers).some((key) => key.toLowerCase() === name);

function judgeSending(endpoint: URL, { status, text }: Answer, hasToken: boolean): Finding[] {
  const facts = { url: endpoint.href, status };
  const reachable = found('endpoint.reachable', 'ok', `${endpoint.href} answers.`, { facts });
  if (status === 200)
    return [reachable, found('endpoint.token', 'ok', 'The collector accepts spans from this environment.')];
  if (status === 401 || status === 403) {
    const what =
      codeOf(text) === 'ERR_HOST_NOT_ALLOWED'
        ? 'it does not accept this host name'
        : hasToken
          ? 'the token is not one of its ingest tokens'
          : 'it requires a token, and none was sent';
    return [
      reachable,
      found('endpoint.token', 'fail', `Spans are refused with ${status}: ${what}.`, {
        facts,
        fix:
          status === 403
            ? 'Start the collector with --allowed-host and the name in the endpoint.'
            : 'Set OTEL_EXPORTER_OTLP_HEADERS=authorization=Bearer%20TOKEN to a token of its --token-file.',
      }),
    ];
  }
  const level = status === 503 || status === 429 ? 'warn' : 'fail';
  const message = `${endpoint.href} answers ${status} to a request for spans${codeOf(text) === undefined ? ', which is not an answer of a collector' : ` (${codeOf(text)})`}.`;
  return [
    found('endpoint.reachable', level, message, {
      facts,
      fix: 'The path of an OTLP endpoint is /v1/traces; a proxy in front must forward it.',
    }),
  ];
}

async function checkAnswers(
  base: URL,
  version: string,
  { queryToken, isAccepted }: { readonly queryToken: string | undefined; readonly isAccepted: boolean },
): Promise<Finding[]> {
  const headers: Record<string, string> =
    queryToken === undefined ? {} : { authorization: `Bearer ${queryToken}` };
  const [metrics, ready, described] = await Promise.all(
    ['metrics', 'readyz', 'openapi.json'].map((path) =>
      ask(new URL(path, base), { headers }).catch(() => undefined),
    ),
  );
  const { reasons } = jsonOf(ready?.text ?? '') ?? {};
  // The querier, which starts last, serves the API description.
  if (!Array.isArray(reasons) && !(described?.text ?? '').includes('"title":"Sandscope"'))
    return [
      found(
        'collector.kind',
        'info',
        `${isAccepted ? 'It accepts spans, but it' : 'It'} is not a Sandscope collector, or a proxy forwards only spans: no questions are answered.`,
      ),
    ];
  return [judgeQueryToken(metrics), judgeReady(ready), judgeVersion(metrics, version)];
}

function judgeQueryToken(answer: Answer | undefined): Finding {
  if (answer?.status === 200) return found('query.token', 'ok', 'Questions are answered.');
  const refusal = answer === undefined ? 'not answered' : `refused with ${answer.status}`;
  return found('query.token', 'warn', `Questions are ${refusal}.`, {
    fix: 'Give a token of its --query-token-file with --query-token-file or SANDSCOPE_QUERY_TOKEN.',
  });
}

function judgeReady(answer: Answer | undefined): Finding {
  if (answer?.status === 200) return found('collector.ready', 'ok', 'It stores spans and answers questions.');
  const { reasons = [] } = (jsonOf(answer?.text ?? '') ?? {}) as { reasons?: string[] };
  return found('collector.ready', 'warn', `It is not ready: ${reasons.join('; ') || 'it gives no reason'}.`, {
    facts: { reasons },
    fix: 'Spans are kept in the meantime. Wait, or read the log of the collector.',
  });
}

function judgeVersion(metrics: Answer | undefined, version: string): Finding {
  const [, theirs] = /^sandscope_build_info\{.*?\bversion="([^"]*)"/m.exec(metrics?.text ?? '') ?? [];
  const facts = { ...(theirs !== undefined && { collector: theirs }), here: version };
  if (theirs === version)
    return found('collector.version', 'ok', `The collector and this command have version ${version}.`, {
      facts,
    });
  if (theirs === undefined)
    return found(
      'collector.version',
      'info',
      `The collector does not report its version; this command has ${version}.`,
      { facts },
    );
  return found('collector.version', 'warn', `The collector has version ${theirs}, this command ${version}.`, {
    facts,
    fix: 'Use the same version of both.',
  });
}

async function ask(url: URL, init: RequestInit = {}): Promise<Answer> {
  const sentMs = Date.now();
  const response = await fetch(url, {
    ...init,
    redirect: 'manual',
    signal: AbortSignal.timeout(ANSWER_MILLIS),
  });
  const receivedMs = Date.now();
  const dateMs = Date.parse(response.headers.get('date') ?? '');
  return {
    status: response.status,
    text: await response.text(),
    sample: Number.isNaN(dateMs) ? undefined : { sentMs, receivedMs, dateMs },
  };
}

function codeOf(text: string): string | undefined {
  const { code } = jsonOf(text) ?? {};
  return typeof code === 'string' ? code : undefined;
}

/** The text parsed as an object; undefined for anything else. */
function jsonOf(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

const withSlash = (url: string): string => (url.endsWith('/') ? url : `${url}/`);
