/** A real Redis on a free port, without files. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createClient } from '@redis/client';
import { until } from '../support/stack.ts';
import { freePorts } from './free-ports.ts';

export interface Redis {
  readonly url: string;
  stop(): Promise<void>;
}

/** Whether the machine has one: `apt-get install redis-server`. */
export function hasRedis(): boolean {
  return spawnSync('redis-server', ['--version']).status === 0;
}

export async function startRedis(): Promise<Redis> {
  const [port] = await freePorts(1);
  const command = ['--pdeathsig', 'KILL', 'redis-server', '--bind', '127.0.0.1', '--port', String(port)];
  const child = spawn('setpriv', [...command, '--save', '', '--appendonly', 'no'], { stdio: 'ignore' });
  const exited = once(child, 'exit');
  const url = `redis://127.0.0.1:${port}`;
  await until(
    'Redis answers',
    async () => {
      const client = createClient({ url, socket: { reconnectStrategy: false } });
      client.on('error', () => {});
      await client.connect();
      const answer = await client.ping();
      client.destroy();
      return answer;
    },
    (answer) => answer === 'PONG',
  );
  return { url, stop: async () => void (child.kill('SIGKILL'), await exited) };
}
