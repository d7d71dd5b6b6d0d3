/** Where the querier listens, in the data directory. */
export const QUERIER_SOCKET = 'querier.sock';
