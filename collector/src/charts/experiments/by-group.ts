/** Charts of experiments whose answer is how long something takes, by kind. */
import type { ProbeResult } from '@sandscope/probes/outside';
import type { ChartContext, Picture } from '../picture.ts';
import { bytes, count, counted, duration, figure, name, range, share } from '../words.ts';
import { latencyGroups } from './latency-groups.ts';

/** Acceptance and start of asynchronous calls, by how many are sent at once. */
export function asynchronous(result: ProbeResult<'async'>, context: ChartContext): Picture {
  const groups = result.summary.loads.flatMap(({ calls, acknowledgement, triggerDelay }) => [
    { label: count(calls), kind: 'until it is taken in', latency: acknowledgement },
    { label: count(calls), kind: 'until the function starts', latency: triggerDelay },
  ]);
  const lost = result.summary.loads.reduce((sum, one) => sum + (one.lost.value ?? 0) * one.lost.n, 0);
  return latencyGroups(result, context, groups, {
    chart: 'async',
    question: 'How long until an asynchronous call starts?',
    xName: 'calls sent at once',
    yName: 'time since sending',
    restsOn: `starts that functions reported, clock offset removed; ${counted(Math.round(lost), 'call')} lost`,
    wrongIf: 'the clocks of client and function drifted apart meanwhile',
  });
}

/** Round trips to peers, by payload. */
export function communication(result: ProbeResult<'communication'>, context: ChartContext): Picture {
  const groups = result.summary.paths.map(({ path, payloadBytes, latency }) => ({
    label: decimalBytes(payloadBytes),
    kind: `to ${name(path)}`,
    latency,
  }));
  return latencyGroups(result, context, groups, {
    chart: 'communication',
    question: 'How fast does a function pass data on?',
    xName: 'payload in each direction',
    yName: 'round trip',
    restsOn: 'round trips timed in the function',
    wrongIf: 'peers were busy with other clients',
  });
}

/** Operations on disk and network, by size and neighbours. */
export function io(result: ProbeResult<'io'>, context: ChartContext): Picture {
  const { operations } = result.summary;
  const hasSizes = new Set(operations.map(({ memoryMb }) => memoryMb)).size > 1;
  const widths = [...new Set(operations.map(({ width }) => width))].sort((a, b) => a - b);
  const groups = [...operations]
    .sort((a, b) => a.bytes - b.bytes || a.width - b.width)
    .map(({ operation, memoryMb, width, bytes: size, latency }) => ({
      label: [
        bytes(size),
        ...(widths.length > 1 ? [`${count(width)} at once`] : []),
        ...(hasSizes && memoryMb !== undefined ? [`${count(memoryMb)}\u00A0MB`] : []),
      ].join(', '),
      kind: name(operation),
      latency,
    }));
  return latencyGroups(result, context, groups, {
    chart: 'io',
    question: 'How fast are the disk and the network of a function?',
    xName: widths.length > 1 ? 'bytes of an operation, and calls at once' : 'bytes of an operation',
    yName: 'time of an operation',
    restsOn: 'times taken in the function; a write reaches the page cache, fsync the disk',
    wrongIf: 'another function used the same disk',
  });
}

/** Cold starts by the size of the code. */
export function packageSize(result: ProbeResult<'package-size'>, context: ChartContext): Picture {
  const { sizes, fit } = result.summary;
  const groups = sizes.flatMap(({ packageBytes, cold, initMs }) => [
    { label: decimalBytes(packageBytes), kind: 'cold start, as the caller waits', latency: cold },
    {
      label: decimalBytes(packageBytes),
      kind: 'of that, from process start',
      latency: initMs ?? { n: 0, p50: { n: 0 } },
    },
  ]);
  const { low, high } = fit.slope;
  return latencyGroups(result, context, groups, {
    chart: 'package-size',
    question: 'What does more code cost at a cold start?',
    xName: 'size of the code',
    yName: 'time',
    ...(low !== undefined && high !== undefined && { interval: `${range(low, high, duration)} for each MB` }),
    restsOn: `${counted(fit.n, 'cold start')} of functions that differ in unused code`,
    wrongIf: 'the platform had cached the code of some of them',
  });
}

const QUANTILES = { p50: 'median', p90: 'p90', p99: 'p99', p999: 'p99.9' } as const;

/** Round trips of datagrams. */
export function pingPong(result: ProbeResult<'ping-pong'>, context: ChartContext): Picture {
  const { roundTrip, peer, lost } = result.summary;
  const groups = (['p50', 'p90', 'p99', 'p999'] as const).map((quantile) => ({
    label: QUANTILES[quantile],
    kind: 'quantile',
    latency: { n: roundTrip.n, p50: roundTrip[quantile] },
  }));
  return latencyGroups(result, context, groups, {
    chart: 'ping-pong',
    question: 'How long does a round trip between function and peer take?',
    xName: 'quantile of the round trips',
    yName: 'round trip',
    restsOn: `${counted(roundTrip.n, 'round trip')} with ${name(peer)}; ${lost.value === undefined ? 'loss not known' : `${share(lost.value)} lost`}`,
    wrongIf: 'the peer itself was busy',
  });
}

/** Latency of each function of a trace. */
export function replay(result: ProbeResult<'replay'>, context: ChartContext): Picture {
  const { functions, lateness } = result.summary;
  const most = [...functions].sort((a, b) => b.invocations - a.invocations).slice(0, MOST_FUNCTIONS);
  const groups = most.map(({ function: own, invocations, latency }) => ({
    label: `${name(own, 16)}, ${counted(invocations, 'call')}`,
    kind: 'latency',
    latency,
  }));
  return latencyGroups(result, context, groups, {
    chart: 'replay',
    question: 'How long do callers wait under a recorded load?',
    xName: `function of the trace${functions.length > most.length ? `, the ${most.length} of ${functions.length} that are called most` : ''}`,
    yName: 'latency seen by the caller',
    restsOn: `calls sent at the times of the trace${lateness.p99.value === undefined ? '' : `, the client late by ${duration(lateness.p99.value)} at p99`}`,
    wrongIf: 'the client could not keep up with the trace',
  });
}

/** More do not fit side by side. */
const MOST_FUNCTIONS = 8;

/** Payloads and packages are told in powers of ten, as lines per MB are. */
function decimalBytes(value: number): string {
  if (value >= 1e6) return `${figure(value / 1e6)}\u00A0MB`;
  return value >= 1e3 ? `${figure(value / 1e3)}\u00A0kB` : `${figure(value)}\u00A0B`;
}
