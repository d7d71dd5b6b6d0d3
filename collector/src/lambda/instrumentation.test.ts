import { describe, expect, it } from 'vitest';
import { Secret } from '../security/index.ts';
import { differenceOf, instrument, restore } from './index.ts';
import type { FunctionSettings, Wanted } from './index.ts';

const ARN = 'arn:aws:lambda:eu-central-1:123456789012:layer:';
const WANTED: Wanted = { layer: `${ARN}sandscope:3`, endpoint: 'https://collector.example' };
const TOKEN = new Secret('of-the-collector-0123456789');
const BEFORE: FunctionSettings = {
  layers: [`${ARN}one:1`, `${ARN}two:7`],
  variables: { TABLE: 'thumbnails', OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=a' },
};

const textOf = (before: FunctionSettings, after: FunctionSettings): string[] =>
  differenceOf(before, after).map(({ sign, what }) => `${sign} ${what}`);

describe('instrumenting a function', () => {
  it('adds the layer and its variables, and shows nothing secret', () => {
    const after = instrument(BEFORE, { ...WANTED, token: TOKEN });
    expect(after.layers).toEqual([...BEFORE.layers, WANTED.layer]);
    expect(after.variables).toMatchObject({
      TABLE: 'thumbnails',
      AWS_LAMBDA_EXEC_WRAPPER: '/opt/sandscope-exec',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector.example',
      OTEL_EXPORTER_OTLP_HEADERS: `x-tenant=a,authorization=Bearer%20${TOKEN.reveal()}`,
    });
    expect(textOf(BEFORE, after)).toEqual([
      `+ layer ${WANTED.layer}`,
      '+ AWS_LAMBDA_EXEC_WRAPPER=/opt/sandscope-exec',
      '+ OTEL_EXPORTER_OTLP_ENDPOINT=https://collector.example',
      '- OTEL_EXPORTER_OTLP_HEADERS (not shown)',
      '+ OTEL_EXPORTER_OTLP_HEADERS (not shown)',
      '+ SANDSCOPE_INSTRUMENTED (the previous settings, for uninstrument)',
    ]);
    expect(after.variables['SANDSCOPE_INSTRUMENTED']).not.toContain(TOKEN.reveal());
  });

  it('is taken back exactly', () => {
    const cases: [FunctionSettings, Partial<Wanted>][] = [
      [{ layers: [], variables: {} }, {}],
      [BEFORE, { token: TOKEN }],
      [
        {
          layers: [`${ARN}sandscope:1`, `${ARN}two:7`],
          variables: { AWS_LAMBDA_EXEC_WRAPPER: '/opt/other' },
        },
        { chainWrapper: true },
      ],
      [
        {
          layers: [],
          variables: { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://u:p@vendor.example/v1/traces' },
        },
        { replace: true },
      ],
    ];
    for (const [before, more] of cases) {
      const after = instrument(before, { ...WANTED, ...more });
      expect(after).not.toEqual(before);
      expect(restore(after)).toEqual({ settings: before, wasInstrumented: true, changedSince: [] });
    }
  });

  it('twice is once, and another time is as if it were the first', () => {
    const once = instrument(BEFORE, WANTED);
    expect(instrument(once, WANTED)).toEqual(once);
    const moved = { ...WANTED, layer: `${ARN}sandscope:4`, endpoint: 'https://moved.example' };
    expect(instrument(once, moved)).toEqual(instrument(BEFORE, moved));
    expect(restore(instrument(once, moved)).settings).toEqual(BEFORE);
  });

  it('leaves alone what was changed since', () => {
    const after = instrument(BEFORE, WANTED);
    const edited = {
      layers: [`${ARN}new:1`, ...after.layers],
      variables: { ...after.variables, OTEL_EXPORTER_OTLP_ENDPOINT: 'https://mine.example', TABLE: 'other' },
    };
    expect(restore(edited)).toEqual({
      settings: {
        layers: [`${ARN}new:1`, ...BEFORE.layers],
        variables: {
          ...BEFORE.variables,
          OTEL_EXPORTER_OTLP_ENDPOINT: 'https://mine.example',
          TABLE: 'other',
        },
      },
      wasInstrumented: true,
      changedSince: ['OTEL_EXPORTER_OTLP_ENDPOINT'],
    });
    expect(restore(BEFORE)).toMatchObject({ settings: BEFORE, wasInstrumented: false });
  });

  it('puts a version of the layer in the place of another', () => {
    const layers = [`${ARN}sandscope:1`, ...Array.from({ length: 4 }, (_, index) => `${ARN}l${index}:1`)];
    expect(instrument({ layers, variables: {} }, WANTED).layers).toEqual([WANTED.layer, ...layers.slice(1)]);
  });

  it.each<[string, Partial<FunctionSettings>, Partial<Wanted>, string, string]>([
    [
      'another wrapper',
      { variables: { AWS_LAMBDA_EXEC_WRAPPER: '/opt/otel-handler' } },
      {},
      'ERR_LAMBDA_WRAPPER',
      '--chain-wrapper',
    ],
    [
      'two other wrappers',
      { variables: { AWS_LAMBDA_EXEC_WRAPPER: '/opt/a', SANDSCOPE_EXEC_WRAPPER: '/opt/b' } },
      { chainWrapper: true },
      'ERR_LAMBDA_WRAPPER',
      'already names /opt/b',
    ],
    ['five layers', { layers: ['a:1', 'b:1', 'c:1', 'd:1', 'e:1'] }, {}, 'ERR_LAMBDA_LAYERS', '5 layers'],
    [
      'another endpoint',
      { variables: { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://u:hush@vendor.example' } },
      {},
      'ERR_LAMBDA_VARIABLES',
      'already sends telemetry to https://…@vendor.example',
    ],
    [
      'another authorization',
      { variables: { OTEL_EXPORTER_OTLP_HEADERS: 'Authorization=hush' } },
      { token: TOKEN },
      'ERR_LAMBDA_VARIABLES',
      'already has an authorization',
    ],
    [
      'a mark of a later version',
      { variables: { SANDSCOPE_INSTRUMENTED: '{"v":2}' } },
      {},
      'ERR_LAMBDA_VARIABLES',
      'cannot be read',
    ],
  ])('refuses %s', (_, settings, more, code, message) => {
    const refuse = (): unknown =>
      instrument({ layers: [], variables: {}, ...settings }, { ...WANTED, ...more });
    expect(refuse).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) as string }),
    );
    expect(refuse).not.toThrow(/hush/);
  });
});
