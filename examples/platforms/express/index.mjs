// Express: PORT=8080 node index.mjs
import express from 'express';
import { sandscope } from '@sandscope/sdk/http';

const app = express();
app.use(sandscope({ name: 'shop' }));
app.get('/items/:id', (request, response) => response.json({ id: request.params.id }));
app.get('/broken', () => {
  throw new Error('asked to fail');
});

const server = app.listen(Number(process.env.PORT ?? 8080), '127.0.0.1', () => {
  console.log(`listening on ${server.address().port}`);
});
