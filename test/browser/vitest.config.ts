import { defineConfig } from 'vitest/config';
import base from '../../vitest.config.ts';

/** `npm run test:page`: every page in a real browser, used as people do. */
export default defineConfig({
  test: {
    ...base.test,
    include: ['test/browser/page.test.ts'],
    env: { SANDSCOPE_TEST_FORM: 'long' },
  },
});
