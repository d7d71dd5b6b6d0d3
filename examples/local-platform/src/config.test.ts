import { describe, expect, it } from 'vitest';
import { parseConfig } from './config.ts';
import { PlatformError } from './errors.ts';

/** What a deploy can change. */
const CHANGEABLE =
  'version, source, handler, memoryMb, timeoutSeconds, maxConcurrency, initialization, runtimeClient, initializedAhead, ' +
  'concurrencyPerSandbox, onFailure, expiry, reuse, prefetch, prewarm, goodbyes, environment, external';
const fn = { name: 'add', source: 'add.ts' };

describe('parseConfig', () => {
  it('fills in defaults, and resolves paths relative to the folder of the configuration', () => {
    expect(parseConfig({ functions: [fn], node: './bin/node' }, '/etc/lp')).toEqual({
      hosts: 1,
      zones: [],
      hostScaling: { policy: 'fixed' },
      hostMode: 'auto',
      placement: 'spread',
      cpuLimit: 'off',
      cpuPeriodMillis: 20,
      timeScale: 1,
      deploys: [],
      node: '/etc/lp/bin/node',
      functions: [
        {
          name: 'add',
          region: 'local',
          account: '000000000000',
          version: '$LATEST',
          source: '/etc/lp/add.ts',
          handler: 'index.handler',
          memoryMb: 128,
          timeoutSeconds: 3,
          maxConcurrency: 20,
          initialization: 'on-demand',
          runtimeClient: 4,
          initializedAhead: 0,
          concurrencyPerSandbox: 1,
          onFailure: 'restart',
          expiry: [{ law: 'fixed', limitMillis: 300_000 }],
          reuse: 'most-recent',
          prefetch: 'off',
          prewarm: [],
          goodbyes: true,
          environment: {},
          external: [],
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
      'reuse must be one of most-recent, least-recent, random, round-robin, affinity, fill, least-loaded, not "lifo"',
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
    [{ functions: [fn, fn] }, 'functions has two functions named "add" in local of 000000000000'],
    [
      { functions: [{ ...fn, expiry: { law: 'lru' } }] },
      'functions[0].expiry.law must be one of fixed, soft, two-step, halving, maximum-age, exponential, not "lru"',
    ],
    [
      { functions: [fn], expiry: [{ law: 'fixed', limitMillis: 5 }, { law: 'soft' }] },
      'expiry[1].limitMillis must be a number from 1 to 100000000000, not nothing',
    ],
    [
      { functions: [fn], expiry: { law: 'fixed', limitMillis: 5, spreadMillis: 1 } },
      'expiry has no field "spreadMillis"; known: law, limitMillis',
    ],
    [
      { functions: [fn], expiry: { law: 'two-step', firstMillis: 5, secondMillis: 5 } },
      'expiry.secondMillis must be longer than expiry.firstMillis, not 5',
    ],
    [
      { functions: [fn], expiry: { law: 'fixed', limitMillis: 5 }, idleLimitMillis: 5 },
      'idleLimitMillis is a short form of expiry: give only one of them',
    ],
    [{ functions: [{ ...fn, goodbyes: 'no' }] }, 'functions[0].goodbyes must be true or false, not "no"'],
    [{ functions: [{ ...fn, account: '12' }] }, 'functions[0].account must be twelve digits, not "12"'],
    [
      { functions: [fn], deploys: [{ afterMillis: 5, function: 'sub' }] },
      'deploys[0].function must name one function, and "sub" matches 0',
    ],
    [
      { functions: [fn], deploys: [{ afterMillis: 5, function: 'add', changes: { region: 'eu-west-1' } }] },
      `deploys[0].changes has no field "region"; known: ${CHANGEABLE}`,
    ],
    [
      {
        functions: [fn],
        deploys: [{ afterMillis: 5, function: 'add', changes: { prefetch: 'at-deploy' } }],
      },
      'deploys[0].changes.prefetch is "at-deploy", which needs codeFetch: without it, code is on every host',
    ],
    [
      { functions: [fn], zones: ['a', 'a'] },
      'zones must be a list of different names of letters, digits, - and _, not ["a","a"]',
    ],
    [
      { functions: [fn], zones: ['a', 'b'], hosts: 1 },
      'hosts must be at least the number of zones, 2, not 1',
    ],
    [
      { functions: [fn], hostScaling: { policy: 'magic' } },
      'hostScaling.policy must be one of fixed, elastic, not "magic"',
    ],
    [
      { functions: [fn], hostScaling: { policy: 'elastic' } },
      'hostScaling.sandboxesPerHost must be a number from 1 to 1000, not nothing',
    ],
    [
      { functions: [fn], hosts: 3, hostScaling: { policy: 'elastic', sandboxesPerHost: 1, maximumHosts: 2 } },
      'hostScaling.maximumHosts must be at least hosts, 3, not 2',
    ],
    [{ functions: [fn], runtimePool: 2 }, 'runtimePool.policy must be one of fixed, not nothing'],
    [
      { functions: [fn], runtimePool: { policy: 'fixed', size: 2 } },
      'runtimePool has no field "size"; known: policy, runtimesPerHost',
    ],
    [
      { functions: [fn], codeFetch: { latencyMillis: -1 } },
      'codeFetch.latencyMillis must be a number from 0 to 60000, not -1',
    ],
    [
      { functions: [{ ...fn, prefetch: 'at-deploy' }] },
      'functions[0].prefetch is "at-deploy", which needs codeFetch: without it, code is on every host',
    ],
    [
      { functions: [{ ...fn, prewarm: [{ policy: 'periodic' }] }] },
      'functions[0].prewarm[0].intervalMillis must be a number from 1 to 100000000000, not nothing',
    ],
    [
      { functions: [{ ...fn, prewarm: { policy: 'successor', functions: ['sub'] } }] },
      'functions[0].prewarm of "add" names "sub", which is no function of local in 000000000000',
    ],
  ])('says what is wrong with %j', (config, message) => {
    expect(() => parseConfig(config, '/')).toThrow(new PlatformError('ERR_CONFIG', message));
  });
});
