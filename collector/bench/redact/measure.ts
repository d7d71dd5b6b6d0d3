import { TraceEncoder } from '../../src/otlp/index.ts';
import { createRedact, DEFAULT_KEY_PATTERNS } from '../../src/redact/index.ts';
import { makePayload, SPANS_A_REQUEST, type PayloadEncoding } from '../ingest/payload.ts';
import { quantiles, type Quantiles } from '../quantiles.ts';

/** One span in this many has a secret attribute. */
const CASES = {
  'nothing matches': Infinity,
  'one span of a hundred matches': 100,
  'every span matches': 1,
} as const;
export type CaseName = keyof typeof CASES | 'decoding and encoding, for comparison';

export interface Measured {
  readonly encoding: PayloadEncoding;
  readonly name: CaseName;
  readonly requestBytes: number;
  /** Wall time of one call, divided by the spans of the request. */
  readonly microsPerSpan: Quantiles;
}

interface Subject {
  readonly encoding: PayloadEncoding;
  readonly name: CaseName;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly run: (body: Uint8Array<ArrayBuffer>) => void;
  readonly micros: number[];
}

/** Redacts and encodes whole requests, all cases in turn, so that a slow moment of the machine affects each of them. */
export function measureRedaction({ samples, warmUp }: { samples: number; warmUp: number }): Measured[] {
  const subjects = (['protobuf', 'json'] as const).flatMap((encoding) => subjectsOf(encoding));
  for (let round = 0; round < warmUp + samples; round++) {
    for (const { body, run, micros } of subjects) {
      const begun = performance.now();
      run(body);
      const millis = performance.now() - begun;
      if (round >= warmUp) micros.push((millis * 1000) / SPANS_A_REQUEST);
    }
  }
  return subjects.map(({ encoding, name, body, micros }) => ({
    encoding,
    name,
    requestBytes: body.length,
    microsPerSpan: quantiles(micros.toSorted((a, b) => a - b)),
  }));
}

function subjectsOf(encoding: PayloadEncoding): Subject[] {
  // One instance for all, as in the collector: it sees requests with and without secrets.
  const redact = createRedact(DEFAULT_KEY_PATTERNS);
  const encoder = new TraceEncoder();
  const redactions = Object.entries(CASES).map(([name, secretEvery]): Subject => {
    const body = bodyOf(encoding, secretEvery);
    const secrets = secretEvery === Infinity ? 0 : SPANS_A_REQUEST / secretEvery;
    const hidden = Buffer.from(redact(body, encoding)).toString('latin1').split('[REDACTED]').length - 1;
    if (hidden !== secrets) throw new Error(`${hidden} of ${secrets} secrets were replaced`);
    return {
      encoding,
      name: name as CaseName,
      body,
      run: (given) => void redact(given, encoding),
      micros: [],
    };
  });
  return [
    ...redactions,
    {
      encoding,
      name: 'decoding and encoding, for comparison',
      body: bodyOf(encoding, Infinity),
      run: (given) => void encoder.encodeRequest(given, encoding),
      micros: [],
    },
  ];
}

/** As it reaches the thread that redacts: a plain array in its own memory. */
function bodyOf(encoding: PayloadEncoding, secretEvery: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(makePayload(encoding, { secretEvery }).bytes);
}
