import type { Load, Phase } from './phases.ts';

/** The rate that must be accepted and stored, spans per second. */
export const TARGET_RATE = 20_000;
/** The rate to send in order to reach it: the last request ends after its time, and draining counts. */
const SENT_RATE = TARGET_RATE * 1.05;

const proto = (seconds: number): Load => ({ encoding: 'protobuf', gzip: false, seconds });
const quarter = (seconds: number): number => Math.ceil(seconds / 4);

/** The loads, by name; `seconds` is the length of the first. */
export const PHASES = {
  'target rate': (seconds: number): Phase => ({
    load: { ...proto(seconds), spansPerSecond: SENT_RATE },
    withApi: true,
  }),
  'half the rate': (seconds: number): Phase => ({
    load: { ...proto(quarter(seconds)), spansPerSecond: TARGET_RATE / 2 },
    withApi: false,
  }),
  'half the rate, gzip': (seconds: number): Phase => ({
    load: { ...proto(quarter(seconds)), gzip: true, spansPerSecond: TARGET_RATE / 2 },
    withApi: false,
  }),
  'no pause': (seconds: number): Phase => ({ load: proto(quarter(seconds)), withApi: false }),
  'no pause, JSON': (seconds: number): Phase => ({
    load: { ...proto(quarter(seconds)), encoding: 'json' },
    withApi: false,
  }),
} as const;

export type PhaseName = keyof typeof PHASES;

/** The loads for Jaeger. */
export const PEER_LOADS = (seconds: number): Readonly<Record<string, Load>> => ({
  'half the rate': { ...proto(quarter(seconds)), spansPerSecond: TARGET_RATE / 2 },
  'no pause': proto(quarter(seconds)),
});
