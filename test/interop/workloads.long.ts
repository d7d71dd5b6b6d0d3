/** SeBS' workloads, and the experiment about communication, with a real Redis and a real object store. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AwsClient } from 'aws4fetch';
import { unzipSync } from 'fflate';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PlatformHandle } from '../../examples/local-platform/src/platform.ts';
import { example, measure, probeFunction, slowWay, startTruth, targetOf } from '../experiments/harness.ts';
import type { SlowWay } from '../experiments/harness.ts';
import { awsVariables, startMoto } from './moto.ts';
import type { Moto } from './moto.ts';
import { describeWithMoto } from './peers.ts';
import { hasRedis, startRedis } from './redis.ts';
import type { Redis } from './redis.ts';

const WORKLOADS = ['dynamic-html', 'uploader', 'crud-api', 'thumbnailer', 'compression'];

if (!hasRedis()) process.stderr.write('SKIPPED: workloads: there is no redis-server on this machine\n');

describe.runIf(hasRedis())('back ends', () => {
  describeWithMoto((program) => {
    let moto: Moto;
    let redis: Redis;
    let bucket: string;
    let platform: PlatformHandle;
    let web: Server;
    let ways: Record<'near' | 'far', SlowWay>;
    const photo = randomBytes(300_000);

    beforeAll(async () => {
      moto = await startMoto(program);
      redis = await startRedis();
      bucket = `${moto.url}/workloads`;
      const created = await owner.fetch(bucket, { method: 'PUT' });
      if (!created.ok) throw new Error(`moto made no bucket: ${created.status}`);
      web = createServer((_request, response) =>
        response.writeHead(200, { 'content-type': 'image/x-raw' }).end(photo),
      );
      web.listen(0, '127.0.0.1');
      await once(web, 'listening');
      // Both take the same path, which has a cost itself.
      ways = {
        near: await slowWay(moto.url, 0, 0, /^\/workloads/),
        far: await slowWay(moto.url, 100, 200, /^\/workloads/),
      };
      const environment = {
        ...awsVariables(moto.url),
        BUCKET_URL: bucket,
        REDIS_URL: redis.url,
        OTEL_SDK_DISABLED: 'true',
      };
      platform = await startTruth([
        ...WORKLOADS.map((name) => ({
          name,
          source: example(name),
          environment,
          timeoutSeconds: 20,
          external: ['sharp'],
        })),
        ...Object.entries(ways).map(([name, { url }]) =>
          probeFunction(name, {
            timeoutSeconds: 20,
            environment: { ...environment, BUCKET_URL: `${url}/workloads` },
          }),
        ),
      ]);
    });

    afterAll(async () => {
      await platform?.stop();
      web?.close();
      for (const way of Object.values(ways ?? {})) way.close();
      await redis?.stop();
      await moto?.stop();
    });

    async function call(name: string, event: unknown): Promise<Record<string, unknown>> {
      const response = await fetch(`${platform.url}/2015-03-31/functions/${name}/invocations`, {
        method: 'POST',
        body: JSON.stringify(event),
      });
      return (await response.json()) as Record<string, unknown>;
    }

    const owner = new AwsClient({
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      secretAccessKey: 'not-a-secret',
      service: 's3',
    });
    const stored = async (key: string): Promise<Buffer> =>
      Buffer.from(await (await owner.fetch(`${bucket}/${key}`)).arrayBuffer());
    const store = (key: string, body: Buffer): Promise<Response> =>
      owner.fetch(`${bucket}/${key}`, { method: 'PUT', body: new Uint8Array(body) });

    it('dynamic-html renders its template, text of the caller escaped', async () => {
      const { html } = await call('dynamic-html', { username: '<Ada>', randomLength: 3 });
      expect(html).toContain('Welcome, &lt;Ada&gt;!');
      expect(String(html).match(/<li>\d+<\/li>/g)).toHaveLength(3);
      expect(await call('dynamic-html', { username: 'Ada', randomLength: -1 })).toMatchObject({
        errorType: 'InputError',
      });
    });

    it('uploader puts into the bucket what is at a URL', async () => {
      const url = `http://127.0.0.1:${(web.address() as AddressInfo).port}/photo`;
      expect(await call('uploader', { url, key: 'in/photo.raw' })).toMatchObject({ bytes: photo.length });
      expect((await stored('in/photo.raw')).equals(photo)).toBe(true);
    });

    it('thumbnailer makes a small picture of a large one', async () => {
      const picture = await sharp({
        create: {
          width: 1200,
          height: 800,
          channels: 3,
          background: '#000',
          noise: { type: 'gaussian', mean: 128, sigma: 40 },
        },
      })
        .png()
        .toBuffer();
      await store('large.png', picture);
      const answer = await call('thumbnailer', { key: 'large.png', width: 200, height: 200 });
      expect(answer).toMatchObject({ key: 'large.png.thumbnail.jpeg', width: 200, height: 133 });
      expect(await sharp(await stored('large.png.thumbnail.jpeg')).metadata()).toMatchObject({
        format: 'jpeg',
        width: 200,
        height: 133,
      });
      expect(await call('thumbnailer', { key: 'none.png', width: 1, height: 1 })).toMatchObject({
        errorMessage: 'the bucket answered 404 to GET of none.png',
      });
    });

    it('compression packs objects into an archive', async () => {
      const text = 'serverless '.repeat(5000);
      for (const key of ['one.txt', 'sub/two.txt']) await store(key, Buffer.from(text));
      const answer = await call('compression', { keys: 'one.txt,sub/two.txt', archive: 'all.zip' });
      expect(answer).toMatchObject({ bytesBefore: 2 * text.length });
      const unpacked = unzipSync(await stored('all.zip'));
      expect(Object.keys(unpacked)).toEqual(['one.txt', 'sub/two.txt']);
      expect(Buffer.from(unpacked['sub/two.txt']!).toString()).toBe(text);
    });

    it('crud-api keeps a cart in Redis', async () => {
      const cart = { cart: 'c1', product: 'apple' };
      await call('crud-api', { operation: 'put', ...cart, quantity: 2 });
      await call('crud-api', { operation: 'put', cart: 'c1', product: 'pear', quantity: 1 });
      expect(await call('crud-api', { operation: 'get', ...cart })).toMatchObject({ quantity: 2 });
      expect(await call('crud-api', { operation: 'delete', ...cart })).toMatchObject({ deleted: true });
      expect(await call('crud-api', { operation: 'list', cart: 'c1' })).toMatchObject({
        products: { pear: 1 },
      });
      expect(await call('crud-api', { operation: 'get', ...cart })).toMatchObject({ quantity: null });
      await call('crud-api', { operation: 'clear', cart: 'c1' });
      expect(await call('crud-api', { operation: 'list', cart: 'c1' })).toMatchObject({ products: {} });
    });

    it.each<[string, Record<string, unknown>]>([
      ['dynamic-html', { username: 'Ada', randomLength: 1000 }],
      ['thumbnailer', { key: 'large.png', width: 100, height: 100 }],
      ['compression', { keys: 'one.txt,sub/two.txt', archive: 'again.zip' }],
      ['crud-api', { operation: 'put', cart: 'c2', product: 'plum', quantity: 3 }],
    ])('perf-cost measures %s cold and warm', async (name, event) => {
      const { summary, samples } = await measure('perf-cost', targetOf(platform, name), {
        set: ['modes=cold,warm', 'batch=1', 'samples=4'],
        event,
      });
      expect(samples.filter(({ outcome }) => outcome !== 'ok' && outcome !== 'discarded')).toEqual([]);
      const [cold, warm] = ['cold', 'warm'].map((mode) => summary.cells.find((cell) => cell.mode === mode)!);
      expect([cold?.client.n, warm?.client.n]).toEqual([4, 4]);
      // A process is started, and modules are loaded.
      expect(cold!.client.p50.value!).toBeGreaterThan(warm!.client.p50.value!);
    });

    it('communication recovers how much longer the way to the object store became', async () => {
      const fits = [];
      for (const name of Object.keys(ways)) {
        const { summary, samples } = await measure('communication', targetOf(platform, name), {
          set: ['paths=function,redis,s3', 'sizes=1000,500000,1000000', 'repeats=4', `redis=${redis.url}`],
        });
        expect(samples.filter(({ outcome }) => outcome !== 'ok' && outcome !== 'discarded')).toEqual([]);
        expect(summary.fits.map(({ path }) => path).sort()).toEqual(['function', 'redis', 's3']);
        fits.push(summary.fits.find(({ path }) => path === 's3')!.fit);
      }
      // Two requests of 100 ms each; the one that sends also takes 200 ms per MB.
      const [near, slow] = fits;
      expect(slow!.intercept.low! - near!.intercept.high!).toBeLessThan(200);
      expect(slow!.intercept.high! - near!.intercept.low!).toBeGreaterThan(200);
      expect(slow!.slope.low! - near!.slope.high!).toBeLessThan(200);
      expect(slow!.slope.high! - near!.slope.low!).toBeGreaterThan(200);
      // It is distinguishable from no difference.
      expect(slow!.intercept.low!).toBeGreaterThan(near!.intercept.high!);
      expect(slow!.slope.low!).toBeGreaterThan(near!.slope.high!);
    });
  });
});
