import type { PingPongSummary, Sample, UnitContext } from '@sandscope/probes/outside';
import { measured } from '@sandscope/probes/outside';
import { clusterProportion } from '../statistics/index.ts';
import { defineExperiment } from './experiment.ts';
import { latencies, sandboxCount, short } from './figures.ts';
import { known } from './known.ts';
import { count, text } from './parameters.ts';
import { startUdpEcho } from './udp-echo.ts';

const parameters = {
  peer: text('host:port that sends datagrams back; empty: this machine, on its loopback', ''),
  exchanges: count('of a call, one after another', 1000, 1, 100_000),
  bytes: count('of a datagram', 64, 16, 1400),
  calls: count('one after another', 5, 1, 1000),
  timeout: count('ms after which an exchange is lost', 500, 1, 60_000),
};

/** Many small exchanges between the function and a peer. */
export const pingPong = defineExperiment({
  name: 'ping-pong',
  summary: 'round trips between the function and a peer: quantiles and loss',
  source: 'Copik et al., SeBS, Middleware 2021',
  parameters,
  needs: 'facts',
  plan: ({ peer, exchanges, bytes, calls, timeout }) =>
    Array.from({ length: calls }, (_, index) => ({
      id: String(index + 1),
      calls: 1,
      waitMs: 0,
      workMs: 500 + exchanges,
      run: async ({ call }: UnitContext) => {
        const own = peer === '' ? await startUdpEcho('127.0.0.1') : undefined;
        const [host, port] = own ? ['127.0.0.1', own.port] : readPeer(peer);
        try {
          await call({
            role: 'exchanges',
            event: {
              pingHost: host,
              pingPort: port,
              pingCount: exchanges,
              pingBytes: bytes,
              pingTimeoutMs: timeout,
            },
          });
        } finally {
          own?.close();
        }
      },
    })),
  summarise: (samples, { peer }): PingPongSummary => {
    const ok = measured(samples);
    const all = ok.map(roundTrips);
    const lost = ok.map((sample) => Number(sample.function?.measured?.['lostCount'] ?? 0));
    const sent = all.map((times, index) => times.length + lost[index]!);
    const { value, low, high, n } = clusterProportion(lost, sent);
    return known({
      peer: peer === '' ? 'this machine' : 'as given',
      roundTrip: latencies(all.flat()),
      sandboxes: sandboxCount(ok),
      lost: known({ value, low, high, n }),
      exchanges: sent.reduce((sum, one) => sum + one, 0),
    });
  },
  verdict: ({ roundTrip, lost, exchanges }) =>
    roundTrip.n === 0
      ? 'Not one exchange was answered.'
      : `A round trip takes ${short(roundTrip.p50.value)} ms in the median and ${short(roundTrip.p99.value)} ms at p99; ${short((lost.value ?? 0) * exchanges)} of ${exchanges} were lost.`,
  table: ({ roundTrip, lost, exchanges }) => [
    {
      exchanges,
      'mean ms': roundTrip.mean.value,
      'sd ms': roundTrip.standardDeviation,
      'p50 ms': roundTrip.p50.value,
      'p99 ms': roundTrip.p99.value,
      'p99.9 ms': roundTrip.p999.value,
      lost: lost.value,
    },
  ],
});

function roundTrips(sample: Sample): readonly number[] {
  const times = sample.function?.measured?.['roundTripMs'];
  return Array.isArray(times) ? (times as readonly number[]) : [];
}

function readPeer(peer: string): readonly [string, number] {
  const at = peer.lastIndexOf(':');
  return [peer.slice(0, at).replace(/^\[(.*)\]$/, '$1'), Number(peer.slice(at + 1))];
}
