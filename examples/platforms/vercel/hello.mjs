// Vercel: api/hello.mjs
import { wrapVercel } from '@sandscope/sdk/vercel';

export const GET = wrapVercel(
  (request) => {
    const { searchParams } = new URL(request.url);
    return new Response(`hello ${searchParams.get('name') ?? 'world'}`, {
      status: Number(searchParams.get('status') ?? 200),
    });
  },
  { name: 'hello' },
);

export const POST = wrapVercel(async (request) => Response.json(await request.json(), { status: 201 }), {
  name: 'hello',
});

export default wrapVercel({ fetch: () => new Response('fetched') }, { name: 'hello' });
