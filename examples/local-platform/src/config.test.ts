import { describe, expect, it } from 'vitest';
import { parseConfig } from './config.ts';
import { PlatformError } from './errors.ts';

const fn = { name: 'add', source: 'add.ts' };

describe('parseConfig', () => {
  it('fills in defaults and resolves paths from the folder of the configuration', () => {
    expect(parseConfig({ functions: [fn], node: './bin/node' }, '/etc/lp')).toEqual({
      hosts: 1,
      hostMode: 'auto',
      idleLimitMillis: 300_000,
      reuse: 'most-recent',
      placement: 'spread',
      node: '/etc/lp/bin/node',
      functions: [
        {
          name: 'add',
          source: '/etc/lp/add.ts',
          handler: 'index.handler',
          memoryMb: 128,
          timeoutSeconds: 3,
          maxConcurrency: 20,
          initialization: 'on-demand',
          initializedAhead: 0,
          concurrencyPerSandbox: 1,
          onFailure: 'restart',
          environment: {},
        },
      ],
    });
  });

  it.each([
    [[], 'the configuration must be an object, not []'],
    [{ functions: [fn], hosts: 0 }, 'hosts must be a number from 1 to 64, not 0'],
    [{ functions: [fn], hosts: 1.5 }, 'hosts must be a whole number from 1 to 64, not 1.5'],
    [
      { functions: [fn], reuse: 'lifo' },
      'reuse must be one of most-recent, least-recent, random, not "lifo"',
    ],
    [{ functions: [fn], collector: 'here' }, 'collector must be an http or https URL, not "here"'],
    [
      { functions: [{ ...fn, name: 'a/b' }] },
      'functions[0].name must be a name of letters, digits, - and _, not "a/b"',
    ],
    [
      { functions: [{ ...fn, handler: 'index' }] },
      'functions[0].handler must be module.export, such as index.handler, not "index"',
    ],
    [
      { functions: [fn, { ...fn, timeoutSeconds: '3' }] },
      'functions[1].timeoutSeconds must be a number from 0.1 to 900, not "3"',
    ],
    [{ functions: [{ ...fn, environment: { A: 1 } }] }, 'functions[0].environment.A must be a string, not 1'],
    [
      { functions: [{ ...fn, concurrencyPerSandbox: 4 }] },
      'functions[0].concurrencyPerSandbox must be a number from 1 to 1, not 4',
    ],
    [{ functions: [fn, fn] }, 'functions has two functions named "add"'],
  ])('says what is wrong with %j', (config, message) => {
    expect(() => parseConfig(config, '/')).toThrow(new PlatformError('ERR_CONFIG', message));
  });
});
