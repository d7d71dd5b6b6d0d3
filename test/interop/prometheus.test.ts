/** A real Prometheus reads `/metrics`, and answers every expression of the dashboards and alerts. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ALERT_EXPRESSIONS, GRAFANA, PANEL_EXPRESSIONS } from '../support/dashboards.ts';
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
    // Nobody listens where it forwards to, so that something waits.
    collector = await startCollector(folder.path, 0, '--forward', 'http://127.0.0.1:9');
    await fetch(`${collector.url}/v1/traces`, { method: 'POST', body: 'no spans' });

    const config = await readFile(`${GRAFANA}prometheus.yml`, 'utf8');
    const configFile = join(folder.path, 'prometheus.yml');
    const { host } = new URL(collector.url);
    await writeFile(configFile, config.replace('127.0.0.1:4318', host).replace('15s', '500ms'));
    await cp(`${GRAFANA}rules.yml`, join(folder.path, 'rules.yml'));
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
    await until(
      'two scrapes',
      () => ask(rate),
      ({ data }) => data.result.length > 0,
    );
  });
  afterAll(async () => {
    if (prometheus?.kill('SIGKILL')) await once(prometheus, 'exit');
    await collector?.child.stop();
    await folder?.remove();
  });

  /** What `promtool check` has to say, and how it ended. */
  function promtool(args: readonly string[], input = ''): { status: number | null; said: string } {
    const run = spawnSync(join(dirname(program), 'promtool'), ['check', ...args], {
      input,
      encoding: 'utf8',
    });
    return { status: run.status, said: run.stderr };
  }

  it('takes the configuration and the rules', () => {
    expect(promtool(['config', `${GRAFANA}prometheus.yml`])).toEqual({ status: 0, said: '' });
  });

  it('finds nothing wrong with the metrics', async () => {
    const text = await (await fetch(`${collector.url}/metrics`)).text();
    const ours = text.split('\n').filter((line) => /^(?:# (?:HELP|TYPE) )?sandscope_/.test(line));
    expect(promtool(['metrics'], `${ours.join('\n')}\n`)).toEqual({ status: 0, said: '' });
  });

  it.each(PANEL_EXPRESSIONS)('$about', async ({ text }) => {
    const { status, data } = await ask(text);
    expect(status).toBe('success');
    expect(data.result.length).toBeGreaterThan(0);
  });

  it.each(ALERT_EXPRESSIONS)('$about', async ({ text }) => {
    expect(await ask(text)).toMatchObject({ status: 'success' });
  });
});
