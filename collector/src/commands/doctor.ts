import type { Settings } from '../config/index.ts';
import { badOption } from '../config/index.ts';
import type { Finding } from '../doctor/index.ts';
import { CollectorError } from '../errors/errors.ts';
import { packageVersion } from '../process/package-version.ts';
import { parseTokens } from '../security/index.ts';
import type { Command } from './command.ts';

/** Finds out what keeps a function's spans from reaching the collector and its answers. */
export const doctor: Command = {
  name: 'doctor',
  summary: 'check the endpoint, tokens, clocks, environment, and what can be measured on this machine',
  tellsWarnings: true,
  options: [
    {
      name: 'url',
      value: 'URL',
      help: 'the collector to check',
      fallback: 'as OTEL_EXPORTER_OTLP_ENDPOINT says',
    },
    { name: 'query-token-file', value: 'FILE', help: 'file with the query token of the collector' },
    { name: 'json', help: 'print the findings as JSON' },
  ],
  notes: `Run it where the function runs, with the variables the function has: inside its container, or as a function. It sends
one request without spans, and changes nothing. Exit code 15 when something fails; warnings alone are 0.`,
  run: async (settings) => {
    const findings = await examine(settings);
    process.stdout.write(
      settings.flag('json') ? `${JSON.stringify({ findings }, undefined, 2)}\n` : shown(findings),
    );
    const failed = findings.filter(({ level }) => level === 'fail');
    if (failed.length > 0)
      throw new CollectorError('ERR_DOCTOR', `problems: ${failed.map(({ id }) => id).join(', ')}`);
  },
};

async function examine(settings: Settings): Promise<Finding[]> {
  const url = settings.text('url');
  if (url !== undefined && !/^https?:$/.test(URL.parse(url)?.protocol ?? ''))
    throw badOption(`--url is not an http or https URL: "${url}"`);
  const given = settings.file('query-token-file') ?? settings.variable('SANDSCOPE_QUERY_TOKEN')?.text;
  const queryToken = given === undefined ? undefined : parseTokens(given, '--query-token-file')[0]?.reveal();
  const { env } = process;
  const { checkCollector, checkEnvironment, checkExportMode, checkMachine, checkRevealed } =
    await import('../doctor/index.ts');
  return [
    ...(await checkCollector({ env, url, queryToken, version: packageVersion() })),
    ...checkEnvironment(env, settings.warnings),
    ...checkExportMode(env),
    ...(await checkMachine()),
    ...checkRevealed(env),
  ];
}

const SIGNS = { ok: 'ok', info: '-', warn: 'WARN', fail: 'FAIL' } as const;

/** One line per finding, with the remedy for those that are wrong. */
function shown(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ id }) => id.length));
  const lines = findings.map(({ id, level, message, fix }) => {
    const hint = fix === undefined || level === 'ok' ? '' : `\n${' '.repeat(width + 8)}${printable(fix)}`;
    return `${SIGNS[level].padEnd(6)}${id.padEnd(width + 2)}${printable(message)}${hint}\n`;
  });
  return lines.join('');
}

/** Variables and answers may contain any text, so control characters are replaced. */
const printable = (text: string): string => text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, '\u{fffd}');
