/** Marks the sockets that Sandscope itself connects: they do not count as the program's. */
export const OWN_SOCKET = Symbol.for('sandscope.socket');
