import { wrap } from '@sandscope/sdk';
import sharp from 'sharp';
import { InputError, readInput } from '../input.ts';
import { openBucket } from '../object-storage.ts';

const MAX_PIXELS = 10_000;

/**
 * Creates a thumbnail of a picture in a bucket, like SeBS' `thumbnailer`: native code, with a burst of CPU and memory
 * between two waits for the network. Takes `{"key": "picture.png", "width": 200, "height": 200}` and
 * writes `picture.png.thumbnail.jpeg`.
 */
async function thumbnailer(event: unknown) {
  const { key, width, height } = readInput(event, {
    key: 'string',
    width: 'number',
    height: 'number',
  });
  for (const [name, value] of Object.entries({ width, height }))
    if (!Number.isInteger(value) || value < 1 || value > MAX_PIXELS)
      throw new InputError(`${name} must be a whole number from 1 to ${MAX_PIXELS}, not ${value}`);
  const storage = openBucket();
  const began = performance.now();
  const picture = await storage.get(key);
  const downloaded = performance.now();
  const { data, info } = await sharp(picture)
    .resize({ width, height, fit: 'inside' })
    .jpeg()
    .toBuffer({ resolveWithObject: true });
  const computed = performance.now();
  const thumbnail = `${key}.thumbnail.jpeg`;
  await storage.put(thumbnail, data, 'image/jpeg');
  return {
    key: thumbnail,
    width: info.width,
    height: info.height,
    bytes: data.length,
    downloadMs: downloaded - began,
    computeMs: computed - downloaded,
    uploadMs: performance.now() - computed,
  };
}

export const handler = wrap(thumbnailer);
