/** Paths of the SQL endpoint. */
export const SQL_PATHS = { statement: '/sql', ping: '/sql/ping' } as const;
