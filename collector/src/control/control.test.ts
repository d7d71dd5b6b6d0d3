import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { askCollector } from './control-client.ts';
import type { Serve } from './control-server.ts';
import { ControlServer } from './control-server.ts';
import { CONTROL_SOCKET } from './socket-path.ts';

let folder: string;
let servers: ControlServer[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sandscope-control-'));
  servers = [];
});

afterEach(async () => {
  await Promise.all(servers.map((server) => server.close()));
  rmSync(folder, { recursive: true, force: true });
});

async function open(dataDir: string, commands: Record<string, Serve> = {}): Promise<ControlServer> {
  const server = await ControlServer.open(dataDir, commands);
  servers.push(server);
  return server;
}

const echo: Serve = async (channel) => {
  for (let message = await channel.receive(); message !== undefined; message = await channel.receive()) {
    channel.send(message);
  }
};

async function asks(dataDir: string): Promise<unknown> {
  const channel = await askCollector(dataDir, 'echo');
  channel?.send({ type: 'word', is: 'hello' });
  const answer = await channel?.receive();
  channel?.end();
  return answer;
}

describe('the control socket', () => {
  it('can be opened by its owner only, from the first moment', async () => {
    // A wide umask must not make the socket accessible to others.
    const before = process.umask(0);
    await open(folder, { echo });
    expect(process.umask(before)).toBe(0);
    expect(statSync(join(folder, CONTROL_SOCKET)).mode & 0o777).toBe(0o600);
    expect(await asks(folder)).toEqual({ type: 'word', is: 'hello' });
  });

  it('refuses another user of the machine', async ({ skip }) => {
    await open(folder, { echo });
    chmodSync(folder, 0o755);
    const script = `require('node:net').connect(${JSON.stringify(join(folder, CONTROL_SOCKET))})
      .on('connect', () => console.log('connected')).on('error', (error) => console.log(error.code))`;
    const nobody = { uid: 65_534, gid: 65_534, cwd: '/', encoding: 'utf8' } as const;
    const { stdout, error } = spawnSync(process.execPath, ['-e', script], nobody);
    if (error !== undefined) skip(`no other user can be taken on: ${error.message}`);
    expect(stdout).toBe('EACCES\n');
  });

  it('works for a data directory whose path is longer than a socket path may be', async ({ skip }) => {
    if (!existsSync('/proc/self/fd')) skip('there is no /proc here');
    const long = join(folder, 'a'.repeat(100), 'b'.repeat(100));
    mkdirSync(long, { recursive: true });
    const server = await open(long, { echo });
    expect(statSync(join(long, CONTROL_SOCKET)).mode & 0o777).toBe(0o600);
    expect(await asks(long)).toEqual({ type: 'word', is: 'hello' });
    servers = [];
    await server.close();
    expect(existsSync(join(long, CONTROL_SOCKET))).toBe(false);
    expect(await askCollector(long, 'echo')).toBeUndefined();
  });

  it('replaces a socket that was left behind', async () => {
    const script = `require('node:net').createServer().listen(${JSON.stringify(join(folder, CONTROL_SOCKET))},
      () => process.kill(process.pid, 'SIGKILL'))`;
    expect(spawnSync(process.execPath, ['-e', script]).signal).toBe('SIGKILL');
    expect(statSync(join(folder, CONTROL_SOCKET)).isSocket()).toBe(true);
    expect(await askCollector(folder, 'echo')).toBeUndefined();
    await open(folder, { echo });
    expect(await asks(folder)).toEqual({ type: 'word', is: 'hello' });
  });

  it('never replaces a file', async () => {
    writeFileSync(join(folder, CONTROL_SOCKET), 'mine');
    await expect(ControlServer.open(folder, {})).rejects.toMatchObject({ code: 'ERR_DATA_DIR' });
  });

  it('has no server if the directory does not exist', async () => {
    expect(await askCollector(join(folder, 'none'), 'echo')).toBeUndefined();
  });

  it('refuses unknown commands and other versions', async () => {
    await open(folder, { echo });
    const channel = await askCollector(folder, 'constructor');
    expect(await channel?.receive()).toMatchObject({
      type: 'failed',
      message: expect.stringContaining('does not know the command') as string,
    });
    const socket = connect(join(folder, CONTROL_SOCKET)).setEncoding('utf8');
    socket.write('{"type":"echo","version":0}\n');
    expect(String(await once(socket, 'data'))).toContain('another version');
  });

  it('drops a connection that sends no messages, or too much of one', async () => {
    await open(folder, { echo });
    for (const text of ['not JSON\n', 'null\n', '[]\n', 'x'.repeat(70_000)]) {
      const socket = connect(join(folder, CONTROL_SOCKET));
      socket.on('error', () => undefined);
      socket.write(text);
      await once(socket, 'close');
    }
    expect(await asks(folder)).toEqual({ type: 'word', is: 'hello' });
  });

  it('reports errors to a command, and ends it when it closes', async () => {
    let wasGone = false;
    const server = await open(folder, {
      fail: async () => Promise.reject(new Error('it went wrong')),
      wait: async (channel) => {
        channel.send({ type: 'waiting' });
        wasGone = (await channel.receive()) === undefined;
      },
    });
    const failing = await askCollector(folder, 'fail');
    expect(await failing?.receive()).toEqual({ type: 'failed', message: 'it went wrong' });
    expect(await failing?.receive()).toBeUndefined();
    const waiting = await askCollector(folder, 'wait');
    expect(await waiting?.receive()).toEqual({ type: 'waiting' });
    servers = [];
    await server.close();
    expect(wasGone).toBe(true);
    expect(await waiting?.receive()).toBeUndefined();
  });
});
