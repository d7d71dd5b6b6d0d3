/** Path of the querier's socket, within the data directory. */
export const QUERIER_SOCKET = 'querier.sock';
