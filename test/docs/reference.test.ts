import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { currentPage, PAGES } from '../../.ci/docs.ts';
import { EXIT_CODES } from '../../collector/src/commands/exit-codes.ts';
import { knownVariables } from '../../collector/src/commands/command-line.ts';
import { misspeltVariables, OTHER_VARIABLES } from '../../collector/src/config/index.ts';
import { DESCRIBED_VARIABLES } from '../../collector/src/config/variables.ts';
import { ERROR_REMEDIES } from '../../collector/src/errors/remedies.ts';
import { ERROR_CODES } from '../../collector/src/errors/errors.ts';
import { readConfig } from '../../sdk/src/config/config.ts';
import { SDK_SETTINGS } from '../../sdk/src/settings.ts';

const folder = (path: string): URL => new URL(`../../${path}/`, import.meta.url);

/** The sources of a folder, except tests, as one text. */
async function sourcesOf(path: string): Promise<string> {
  const names = (await readdir(folder(path), { recursive: true })).filter(
    (name) => name.endsWith('.ts') && !/\.test\.ts$|^testing\/|^settings\.ts$/.test(name),
  );
  return (await Promise.all(names.map((name) => readFile(new URL(name, folder(path)), 'utf8')))).join('\n');
}

test.each(Object.keys(PAGES))('docs/%s is up to date with the sources', async (name) => {
  const page = await readFile(new URL(name, folder('docs')), 'utf8');
  expect(page).toBe(await currentPage(name));
});

describe('docs/configuration.md', () => {
  test('has every variable of the collector', () => {
    expect(DESCRIBED_VARIABLES.map(({ name }) => name).toSorted()).toEqual([...OTHER_VARIABLES].toSorted());
  });

  const described = SDK_SETTINGS.flatMap(({ names }) => names);

  test('has every variable the SDK reads, once', async () => {
    const sources = `${await sourcesOf('sdk/src')}\n${await sourcesOf('probes/src/inside')}`;
    const pattern = /(?:'|\b)((?:SANDSCOPE|K8S|OTEL_EXPORTER|OTEL_BSP|OTEL_SDK)_[A-Z0-9_]*[A-Z0-9])\b/g;
    const read = new Set([...sources.matchAll(pattern)].map(([, name]) => name!));
    // A listed name that no source contains is read by nobody.
    for (const name of described) expect(sources, name).toContain(name);
    expect([...read].filter((name) => !described.includes(name))).toEqual([]);
    expect(new Set(described).size).toBe(described.length);
  });

  test('has the defaults of the SDK', () => {
    const config = readConfig({});
    const fallbacks = Object.fromEntries(
      SDK_SETTINGS.flatMap(({ names, fallback }) => names.map((name) => [name, fallback])),
    );
    expect(`${fallbacks['OTEL_EXPORTER_OTLP_ENDPOINT']}/v1/traces`).toBe(config.endpoint.href);
    expect(fallbacks).toMatchObject({
      SANDSCOPE_EXPORT_TIMEOUT_MILLIS: String(config.exportTimeoutMillis),
      SANDSCOPE_SYNC_TIMEOUT_MILLIS: String(config.syncTimeoutMillis),
      SANDSCOPE_TIMEOUT_MARGIN_MILLIS: String(config.timeoutMarginMillis),
      SANDSCOPE_BUFFER_SPANS: String(config.bufferSpans),
      SANDSCOPE_BUFFER_BYTES: String(config.bufferBytes),
      SANDSCOPE_SAMPLE_RATIO: String(config.sampleRatio),
      SANDSCOPE_PROBE_RATIO: String(config.probeRatio),
      SANDSCOPE_IO_SPANS: String(config.ioSpans),
      SANDSCOPE_ADDRESSES: String(Number(config.addresses)),
      SANDSCOPE_INVENTORY: String(Number(config.inventory)),
      SANDSCOPE_FS_TIMING: String(Number(config.fsTiming)),
      OTEL_EXPORTER_OTLP_COMPRESSION: config.compression,
    });
  });

  test('names no variable that a collector reports as misspelt', () => {
    const env = Object.fromEntries(described.map((name) => [name, 'x']));
    expect(misspeltVariables(env, knownVariables())).toEqual([]);
  });
});

describe('docs/errors.md', () => {
  test('has every code, once', () => {
    const listed = Object.values(ERROR_REMEDIES).flatMap((remedies) => Object.keys(remedies));
    expect(listed.toSorted()).toEqual(Object.keys(ERROR_CODES).toSorted());
  });

  test('has every exit code', async () => {
    const page = await readFile(new URL('errors.md', folder('docs')), 'utf8');
    for (const exitCode of new Set(Object.values(EXIT_CODES)))
      expect(page).toMatch(new RegExp(`^\\| ${exitCode} +\\|`, 'm'));
  });
});
