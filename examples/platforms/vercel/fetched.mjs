// Vercel: api/fetched.mjs, one function for all methods.
import { wrapVercel } from '@sandscope/sdk/vercel';

export default wrapVercel({ fetch: () => new Response('fetched') }, { name: 'fetched' });
