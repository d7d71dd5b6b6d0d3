import { defineConfig } from 'vitest/config';
import { suite } from '../support/suite.ts';

/** `npm run test:page`: every page in a real browser, used as people do. */
export default defineConfig({
  test: {
    ...suite,
    include: ['test/browser/page.test.ts'],
    env: { SANDSCOPE_TEST_FORM: 'long' },
  },
});
