// Vercel: api/hello.mjs, a function for each method. A default export beside them would take their place.
import { wrapVercel } from '@sandscope/sdk/vercel';

function hello(request) {
  const { searchParams } = new URL(request.url);
  return new Response(`hello ${searchParams.get('name') ?? 'world'}`, {
    status: Number(searchParams.get('status') ?? 200),
  });
}

export const GET = wrapVercel(hello, { name: 'hello' });

export const POST = wrapVercel(async (request) => Response.json(await request.json(), { status: 201 }), {
  name: 'hello',
});
