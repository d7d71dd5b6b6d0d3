/** Property of the sockets that Sandscope itself connects: they are none of the program's. */
export const OWN_SOCKET = Symbol.for('sandscope.socket');
