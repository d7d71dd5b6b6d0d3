/** A real Prometheus reads `/metrics`, and answers every expression of the dashboards and alerts. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { GRAFANA, PANEL_EXPRESSIONS, RULE_EXPRESSIONS, RULE_FILES } from '../support/dashboards.ts';
import { sendColdCalls, sendLifetimes } from '../support/span-sender.ts';
import { getJson, startCollector, temporaryFolder, until, type Collector } from '../support/stack.ts';
import { freePorts } from './free-ports.ts';
import { describeWithProgram } from './peers.ts';

interface Answer {
  status: string;
  data: { result: unknown[] };
}

describeWithProgram('prometheus', (program) => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let collector: Collector;
  let prometheus: ChildProcess;
  let url: string;

  const ask = (expression: string): Promise<Answer> =>
    getJson<Answer>(`${url}/api/v1/query?query=${encodeURIComponent(expression)}`);

  beforeAll(async () => {
    folder = await temporaryFolder();
    // Nothing listens at the forward target, so that spans wait.
    collector = await startCollector(folder.path, 0, '--forward', 'http://127.0.0.1:9');
    await fetch(`${collector.url}/v1/traces`, { method: 'POST', body: 'no spans' });
    await Promise.all([sendColdCalls(collector.url), sendLifetimes(collector.url)]);
    await collector.settled();

    const config = await readFile(`${GRAFANA}prometheus.yml`, 'utf8');
    const configFile = join(folder.path, 'prometheus.yml');
    const { host } = new URL(collector.url);
    const quick = config.replaceAll('127.0.0.1:4318', host).replace('15s', '500ms').replace('60s', '10s');
    await writeFile(configFile, quick.replace('30s', '10s'));
    for (const file of RULE_FILES) await cp(`${GRAFANA}${file}`, join(folder.path, file));
    const [port] = await freePorts(1);
    const log = openSync(join(folder.path, 'prometheus.log'), 'a');
    const flags = {
      'config.file': configFile,
      'storage.tsdb.path': join(folder.path, 'tsdb'),
      'web.listen-address': `127.0.0.1:${port}`,
    };
    const args = Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
    prometheus = spawn('setpriv', ['--pdeathsig', 'KILL', program, ...args], {
      stdio: ['ignore', log, log],
    });
    url = `http://127.0.0.1:${port}`;
    const rate = 'rate(sandscope_http_request_duration_seconds_count{route="/metrics"}[1m])';
    for (const twice of [rate, 'rate(sandscope_function_duration_seconds_count[1m])']) {
      await until(
        'two scrapes',
        () => ask(twice),
        ({ data }) => data.result.length > 0,
      );
    }
  });
  afterAll(async () => {
    if (prometheus?.kill('SIGKILL')) await once(prometheus, 'exit');
    await collector?.child.stop();
    await folder?.remove();
  });

  /** The output of `promtool`, and its exit code. */
  function promtool(args: readonly string[], input = ''): { status: number | null; said: string } {
    const run = spawnSync(join(dirname(program), 'promtool'), args, { input, encoding: 'utf8' });
    return { status: run.status, said: run.stderr };
  }

  it('takes the configuration and the rules', () => {
    expect(promtool(['check', 'config', `${GRAFANA}prometheus.yml`])).toEqual({ status: 0, said: '' });
  });

  it('finds that the alerts of functions ring when they should, and only then', () => {
    expect(promtool(['test', 'rules', `${GRAFANA}function-rules.test.yml`])).toEqual({ status: 0, said: '' });
  });

  it.each(['/metrics', '/metrics/functions'])('finds nothing wrong with %s', async (path) => {
    const text = await (await fetch(`${collector.url}${path}`)).text();
    const ours = text.split('\n').filter((line) => /^(?:# (?:HELP|TYPE) )?sandscope_/.test(line));
    expect(promtool(['check', 'metrics'], `${ours.join('\n')}\n`)).toEqual({ status: 0, said: '' });
  });

  // A scrape of a busy machine may be late, and its gauges are then gone until the next one.
  it.each(PANEL_EXPRESSIONS)('$about', async ({ text }) => {
    const { status } = await until(
      'the panel has data',
      () => ask(text),
      ({ data }) => data.result.length > 0,
    );
    expect(status).toBe('success');
  });

  it.each(RULE_EXPRESSIONS)('$about', async ({ text }) => {
    expect(await ask(text)).toMatchObject({ status: 'success' });
  });
});
