/**
 * `node test/interop/record-jaeger.ts`: sends the requests of `jaeger-cases.ts` to a real Jaeger and writes the
 * normalised answers to `test/fixtures/jaeger/answers.json`. The collector is compared with them without a Jaeger.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { askJaeger, JAEGER_CASES } from '../support/jaeger-cases.ts';
import { sendShop } from '../support/jaeger-spans.ts';
import { temporaryFolder } from '../support/stack.ts';
import { startJaeger } from './jaeger.ts';

const program = fileURLToPath(new URL('peers/bin/jaeger', import.meta.url));
const file = fileURLToPath(new URL('../fixtures/jaeger/answers.json', import.meta.url));

const folder = await temporaryFolder();
const jaeger = await startJaeger(program, folder.path);
await sendShop(jaeger.otlp);
const answers: Record<string, unknown> = {};
for (const { path, form } of JAEGER_CASES) {
  const { body } = await askJaeger(jaeger.query, path);
  answers[path] = form(body as never);
}
await jaeger.kill();
await folder.remove();
await mkdir(dirname(file), { recursive: true });
await writeFile(file, await format(JSON.stringify(answers), { parser: 'json', printWidth: 110 }));
