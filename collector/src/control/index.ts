export * from './address.ts';
export { Channel } from './channel.ts';
export type { Message } from './channel.ts';
export * from './control-client.ts';
export { ControlServer } from './control-server.ts';
export type { Serve } from './control-server.ts';
export { listenPrivately } from './listen-privately.ts';
export { openSocketPath } from './socket-path.ts';
export type { SocketPath } from './socket-path.ts';
