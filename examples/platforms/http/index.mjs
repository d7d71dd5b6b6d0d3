// Plain Node: PORT=8080 node index.mjs
import { createServer } from 'node:http';
import { wrapHttp } from '@sandscope/sdk/http';

const hello = wrapHttp(function hello(request, response) {
  const url = new URL(request.url, 'http://localhost');
  response.statusCode = Number(url.searchParams.get('status') ?? 200);
  if (url.pathname === '/stream') {
    response.write('first, ');
    setTimeout(() => response.end('hello\n'), 50);
  } else response.end('hello\n');
});

const server = createServer(hello).listen(Number(process.env.PORT ?? 8080), '127.0.0.1', () => {
  console.log(`listening on ${server.address().port}`);
});
