import { ready, wrap } from '@sandscope/sdk';

export const handler = wrap(async (event) => ({ message: `hello ${event.name}` }));
await ready();
