export { Channel } from './channel.ts';
export type { Message } from './channel.ts';
export * from './control-client.ts';
export { ControlServer } from './control-server.ts';
export type { Serve } from './control-server.ts';
export { CONTROL_SOCKET } from './socket-path.ts';
