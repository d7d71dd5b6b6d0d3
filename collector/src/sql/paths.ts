/** Where others ask in SQL. */
export const SQL_PATHS = { statement: '/sql', ping: '/sql/ping' } as const;
