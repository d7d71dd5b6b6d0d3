// Netlify: netlify/functions/hello.mjs
import { wrapNetlify } from '@sandscope/sdk/netlify';

export default wrapNetlify(
  async (request, context) => {
    if (new URL(request.url).searchParams.has('fail')) throw new TypeError('asked to fail');
    return Response.json({ hello: context.geo?.city ?? 'world' });
  },
  { name: 'hello' },
);
