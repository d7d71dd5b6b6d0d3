/**
 * `node test/interop/record-otlp.ts`: records the bytes that the real exporter for Python and telemetrygen send, in
 * `test/fixtures/otlp/`, with the content that Google's protobuf library reads from them. The collector is tested with
 * these bytes if the programs are not installed.
 */
import { execFile, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { format } from 'prettier';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const python = here('peers/python/bin/python');
const folder = here('../fixtures/otlp/');
const KEPT_HEADERS = new Set(['content-type', 'content-encoding', 'user-agent']);

let received: { headers: IncomingHttpHeaders; body: Buffer } | undefined;
const server = createServer((request, response) => {
  void request.toArray().then((chunks: Buffer[]) => {
    received = { headers: request.headers, body: Buffer.concat(chunks) };
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
  });
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;

const run = promisify(execFile);
const pythonExporter = (compression: string): Promise<unknown> =>
  run(python, [here('python_exporter.py'), `http://${host}`, compression]);
const telemetrygen = (): Promise<unknown> =>
  run(here('peers/bin/telemetrygen'), [
    ...['traces', '--otlp-http', '--otlp-insecure', '--otlp-endpoint', host],
    ...['--traces', '1', '--child-spans', '2', '--span-links', '1', '--status-code', 'Error'],
    ...['--telemetry-attributes', 'answer=42', '--telemetry-attributes', 'list=["a","b"]'],
    ...['--otlp-attributes', 'cloud.region="eu"'],
  ]);

await mkdir(folder, { recursive: true });
for (const [name, send] of Object.entries({
  python: () => pythonExporter('none'),
  'python-gzip': () => pythonExporter('gzip'),
  telemetrygen,
})) {
  received = undefined;
  await send();
  const { headers, body } = received as unknown as NonNullable<typeof received>;
  const input = headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
  const expected = execFileSync(python, [here('otlp_json.py')], { input, encoding: 'utf8' });
  const kept = Object.entries(headers).filter(([header]) => KEPT_HEADERS.has(header));
  const description = JSON.stringify({
    headers: Object.fromEntries(kept),
    expected: JSON.parse(expected) as unknown,
  });
  await writeFile(`${folder}${name}.bin`, body);
  await writeFile(`${folder}${name}.json`, await format(description, { parser: 'json', printWidth: 110 }));
}
server.closeAllConnections();
server.close();
