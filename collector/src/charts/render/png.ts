/** Charts as PNG. The rasteriser comes with the package if there is one for the machine. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Resvg } from '@resvg/resvg-js';
import { CollectorError } from '../../errors/errors.ts';

const FILES = ['Inter_400Regular.ttf', 'Inter_600SemiBold.ttf'];

/** The shipped font: beside the built files, or in its source package. */
function fontFiles(): string[] {
  const require = createRequire(import.meta.url);
  return FILES.map((file) => {
    const shipped = fileURLToPath(new URL(`../../fonts/${file}`, import.meta.url));
    if (existsSync(shipped)) return shipped;
    const folder = file.slice('Inter_'.length, -'.ttf'.length);
    return require.resolve(`@expo-google-fonts/inter/${folder}/${file}`);
  });
}

/** Scripts in the shipped font: Latin, Greek and Cyrillic, with their punctuation and signs. */
const IN_FONT = /^[\t\n\r -\u052F\u1E00-\u1FFF\u2000-\u22FF\u25A0-\u25FF]*$/;

/**
 * @param svg a complete document, with its width and height
 * @param scale device pixels per CSS pixel; default 2
 * @throws {CollectorError} `ERR_PNG_UNAVAILABLE` if the rasteriser is not installed
 */
export async function toPng(svg: string, scale = 2): Promise<Uint8Array> {
  const Drawing = await loadResvg();
  const picture = new Drawing(svg, {
    fitTo: { mode: 'zoom', value: scale },
    font: {
      fontFiles: fontFiles(),
      defaultFontFamily: 'Inter',
      sansSerifFamily: 'Inter',
      // System fonts only for names in other scripts: charts should look the same everywhere.
      loadSystemFonts: !IN_FONT.test(svg),
    },
    imageRendering: 1,
    logLevel: 'off',
  });
  return picture.render().asPng();
}

async function loadResvg(): Promise<typeof Resvg> {
  try {
    const { Resvg: loaded } = await import('@resvg/resvg-js');
    return loaded;
  } catch (error) {
    throw new CollectorError(
      'ERR_PNG_UNAVAILABLE',
      'PNG needs the optional package @resvg/resvg-js, which is not installed; SVG needs nothing',
      { cause: error },
    );
  }
}
