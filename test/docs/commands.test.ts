/**
 * Checks every command in the pages. Commands of sandscope are parsed by its own parser; scripts, files and paths that
 * they name exist; any other command is a third-party program from a short list. They are run, too: the tutorial
 * (`tutorial.long.test.ts`), what asks or keeps a collector (`pages.long.test.ts`), `docs/import.md`
 * (`test/e2e/import.test.ts`), Lambda in ten minutes (`test/interop`), the README's first line
 * (`test/e2e/demo.test.ts`), experiments (`test/experiments`), packages (`test/packages`).
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parseCommandLine } from '../../collector/src/commands/command-line.ts';
import { QUESTIONS } from '../../collector/src/correlate/questions/index.ts';
import { EXPERIMENTS } from '../../collector/src/experiments/registry.ts';
import { FORMATS } from '../../collector/src/import/index.ts';
import { parseOptions } from '../../examples/demo/options.ts';
import { commandsOf } from './commands.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const scripts = Object.keys(
  (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: object }).scripts,
);

/** Third-party programs, which no test can run here or needs to. */
const FOREIGN =
  /^(?:aws|gcloud|docker|kubectl|kustomize|prometheus|grafana|zip|cat|cd|mkdir|head|export|for|esbuild|\.\/make-secrets\.sh)\b/;
const NAMES: Readonly<Record<string, readonly string[]>> = {
  query: QUESTIONS.map(({ name }) => name),
  probe: EXPERIMENTS.map(({ name }) => name),
  import: FORMATS.map(({ name }) => name),
};

const commands = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .split('\n')
  .filter((page) => page !== '' && page !== 'CHANGELOG.md' && existsSync(join(ROOT, page)))
  .flatMap((page) =>
    commandsOf(readFileSync(join(ROOT, page), 'utf8'))
      .flatMap((line) => line.split(' && '))
      .map((command) => ({ page, command: command.replace(/^npx (?!vitest)/, '') })),
  );
const of = (pattern: RegExp): typeof commands => commands.filter(({ command }) => pattern.test(command));

/** Splits a command into words as a shell does, as far as the pages need it: quotes; ends at redirections. */
function wordsOf(command: string): string[] {
  const [before = ''] = command.split(/ (?:>|\|) /);
  return [...before.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) => word.replaceAll(/['"]/g, ''));
}

test('there are commands to look at', () => expect(commands.length).toBeGreaterThan(80));

test.each(of(/^sandscope /))('$page: $command', ({ command }) => {
  const [, ...args] = wordsOf(command);
  const line = parseCommandLine(args, {});
  if (line.kind !== 'run') throw new Error(`it only shows ${line.kind}`);
  const { command: own, settings } = line;
  const [name] = settings.positionals;
  const local = settings.text('local');
  expect({
    isKnown: name === undefined || (NAMES[own.name]?.includes(name) ?? true),
    hasFile: local === undefined || existsSync(join(ROOT, local)),
  }).toEqual({ isKnown: true, hasFile: true });
});

test.each(of(/^npm (?:run|start|test)\b/))('$page: $command', ({ command }) => {
  const [, verb = '', ...args] = wordsOf(command);
  expect(scripts).toContain(verb === 'run' ? args.find((arg) => !arg.startsWith('-')) : verb);
  const own = verb === 'start' && args.includes('--') ? args.slice(args.indexOf('--') + 1) : [];
  expect(() => parseOptions(own)).not.toThrow();
});

test.each(of(/^(?:node|bash) (?!--)/))('$page: $command', ({ page, command }) => {
  const file = wordsOf(command)[1]!;
  expect(existsSync(join(ROOT, file)) || existsSync(join(ROOT, dirname(page), file))).toBe(true);
});

describe('commands of other programs', () => {
  test('are on the list', () => {
    const ours = /^(?:sandscope|npm|node|bash|curl|npx vitest)\b/;
    expect(commands.filter(({ command }) => !ours.test(command) && !FOREIGN.test(command))).toEqual([]);
  });

  test('ask a collector for paths it has', () => {
    const asked = of(/^curl /).flatMap(
      ({ command }) => /(?:4318|\$COLLECTOR)(?<path>\/[\w/-]+)/.exec(command)?.groups?.['path'] ?? [],
    );
    for (const path of asked)
      expect(path).toMatch(
        /^\/(?:readyz|healthz|metrics|sql|v1\/traces|api\/v1\/(?:status|functions|invocations|sandboxes|[\w-]+))/,
      );
  });
});
