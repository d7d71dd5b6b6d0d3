import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { OWN_SOCKET } from '../io/own-socket.ts';
import { SocketWatch } from './socket-watch.ts';

async function listen(): Promise<number> {
  const server: Server = createServer((socket) => socket.on('error', () => {}));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

async function open(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return socket;
}

const peer = (port: number, count: number): string => `127.0.0.1:${port} ${count}`;

test('connections are counted by remote end, including existing ones, until they are closed', async () => {
  const [one, two] = [await listen(), await listen()];
  const early = await open(one);
  const watch = new SocketWatch();
  await open(two);
  await open(two);
  expect(watch.read()).toEqual({ count: 3, peers: [peer(two, 2), peer(one, 1)] });
  early.destroy();
  expect(watch.read()).toEqual({ count: 2, peers: [peer(two, 2)] });
});

test('accepted connections, our own, and those to the platform do not count', async () => {
  const [port, platform] = [await listen(), await listen()];
  const watch = new SocketWatch(`127.0.0.1:${platform}`);
  Reflect.set(await open(port), OWN_SOCKET, true);
  await open(platform);
  expect(watch.read()).toEqual({ count: 0, peers: [] });
  await open(port);
  expect(watch.read()).toEqual({ count: 1, peers: [peer(port, 1)] });
});

test('connections of `fetch` and `node:http` are counted', async () => {
  const { createServer: createHttpServer, Agent, get } = await import('node:http');
  const server = createHttpServer((_request, response) => response.end('x'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => {
    agent.destroy();
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  const watch = new SocketWatch();
  await (await fetch(`http://127.0.0.1:${port}`)).text();
  await new Promise<void>((resolve) => {
    get({ port, host: '127.0.0.1', agent }, (response) => response.resume().on('end', () => resolve()));
  });
  expect(watch.read()).toEqual({ count: 2, peers: [peer(port, 2)] });
});

test('of many peers, those with the most connections are reported; with too many connections nothing is', async () => {
  const ports = await Promise.all(Array.from({ length: 18 }, listen));
  const watch = new SocketWatch(undefined, 20);
  for (const port of [...ports, ports[17]!]) await open(port);
  const { count, peers } = watch.read()!;
  expect(count).toBe(19);
  expect(peers).toHaveLength(17);
  expect([peers[0], peers.at(-1)]).toEqual([peer(ports[17]!, 2), 'other 2']);
  const more = [await open(ports[0]!), await open(ports[0]!)];
  expect(watch.read()).toBeUndefined();
  for (const socket of more) socket.destroy();
  expect(watch.read()?.count).toBe(19);
});
