import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseCommandLine } from '../commands/index.ts';
import { readConfig } from './index.ts';
import type { CollectorConfig, Env } from './index.ts';

function configOf(args: readonly string[], env: Env): CollectorConfig {
  const line = parseCommandLine(args, env);
  if (line.kind !== 'run') throw new Error(`this asks for ${line.kind}`);
  return readConfig(line.settings);
}

describe('the command line', () => {
  it('has defaults for everything', () => {
    expect(configOf(['up'], {})).toEqual({
      host: '127.0.0.1',
      port: 4318,
      dataDir: resolve('.sandscope'),
      forward: [],
    });
  });

  it('takes options before variables before defaults', () => {
    const args = ['up', '--port', '0', '--data', '/data', '--inbox-max-bytes', '2GiB'];
    const env = {
      SANDSCOPE_PORT: '9',
      SANDSCOPE_HOST: '0.0.0.0',
      SANDSCOPE_MAX_BODY_BYTES: '1048576',
      SANDSCOPE_ENGINE_MEMORY_BYTES: '512 mib',
      SANDSCOPE_DATA: '',
      SANDSCOPE_CLICKHOUSE_URL: 'http://clickhouse:8123',
      SANDSCOPE_CLICKHOUSE_PASSWORD: 'secret',
    };
    expect(configOf(args, env)).toEqual({
      host: '0.0.0.0',
      port: 0,
      dataDir: '/data',
      forward: [],
      maxBodyBytes: 1_048_576,
      inboxMaxBytes: 2 * 1024 ** 3,
      engineMemoryBytes: 512 * 1024 ** 2,
      clickhouse: {
        url: 'http://clickhouse:8123',
        user: 'default',
        password: 'secret',
        database: 'sandscope',
      },
    });
  });

  it('takes how long each kind of data is kept', () => {
    const args = ['up', '--retention-traces', '7d', '--retention-rollups', '2y'];
    expect(configOf(args, { SANDSCOPE_RETENTION_INVOCATIONS: '8w' })).toMatchObject({
      retention: { traces: 7, invocations: 56, rollups: 730 },
    });
    expect(() => configOf(['up', '--retention-traces', 'long'], {})).toThrow(
      expect.objectContaining({ code: 'ERR_OPTION' }),
    );
  });

  it('takes several targets to forward to, each once', () => {
    const flags = [
      'up',
      '--forward',
      'http://a:4318',
      '--forward',
      'http://a:4318/',
      '--forward',
      'http://b/x',
    ];
    const targets = ['http://a:4318/v1/traces', 'http://b/x'];
    expect(configOf(flags, {})).toMatchObject({ forward: targets });
    expect(configOf(['up'], { SANDSCOPE_FORWARD: 'http://a:4318, http://b/x' })).toMatchObject({
      forward: targets,
    });
  });

  it('asks for help or version', () => {
    const names = expect.stringContaining('--inbox-max-bytes N') as string;
    expect(parseCommandLine([], {})).toEqual({ kind: 'help', text: names });
    expect(parseCommandLine(['--help'], {})).toEqual({ kind: 'help', text: names });
    expect(parseCommandLine(['up', '--help'], {})).toEqual({ kind: 'help', text: names });
    expect(parseCommandLine(['-v'], {})).toEqual({ kind: 'version' });
  });

  it.each([
    [['down'], {}, '"down"'],
    [['up', 'now'], {}, '"now"'],
    [['up', '--prot', '1'], {}, '--prot'],
    [['up', '--port'], {}, '--port'],
    [['up', '--port', '65536'], {}, '--port'],
    [['up', '--port', '4318x'], {}, '4318x'],
    [['up'], { SANDSCOPE_PORT: '-1' }, 'SANDSCOPE_PORT'],
    [['up', '--max-body-bytes', '1.5MiB'], {}, '--max-body-bytes'],
    [['up', '--inbox-max-bytes', '0'], {}, '--inbox-max-bytes'],
    [['up'], { SANDSCOPE_ENGINE_MEMORY_BYTES: 'much' }, 'SANDSCOPE_ENGINE_MEMORY_BYTES'],
    [['up', '--forward', 'jaeger'], {}, 'jaeger'],
    [['up'], { SANDSCOPE_CLICKHOUSE_URL: 'tcp://x' }, 'SANDSCOPE_CLICKHOUSE_URL'],
  ])('explains what is wrong with %j %j', (args, env, named) => {
    expect(() => configOf(args, env)).toThrow(
      expect.objectContaining({ code: 'ERR_OPTION', message: expect.stringContaining(named) as string }),
    );
  });
});
