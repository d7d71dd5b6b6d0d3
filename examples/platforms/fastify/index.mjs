// Fastify: PORT=8080 node index.mjs
import { createServer } from 'node:http';
import fastify from 'fastify';
import { wrapHttp } from '@sandscope/sdk/http';

const app = fastify({
  serverFactory: (listener) => createServer(wrapHttp(listener, { name: 'shop' })),
});
app.get('/items/:id', async ({ params }) => ({ id: params.id }));
app.get('/broken', async () => {
  throw new Error('asked to fail');
});

await app.listen({ port: Number(process.env.PORT ?? 8080), host: '127.0.0.1' });
console.log(`listening on ${app.server.address().port}`);
