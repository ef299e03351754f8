import { defineConfig } from 'vite';
import { configDefaults, defineConfig as defineTests, mergeConfig } from 'vitest/config';

// The host's content security policy allows no data: URI and no inline script, so nothing may be inlined.
const page = defineConfig({
  base: './',
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      input: ['index.html', 'src/service-worker/notifications.ts'],
      // A service worker is found by its name, and serves what lies beside and below it.
      output: { entryFileNames: ({ name }) => (name === 'notifications' ? '[name].js' : 'assets/[name]-[hash].js') },
    },
  },
});

const tests = defineTests({
  test: {
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['src/**/*.test.ts'], exclude: configDefaults.exclude },
      },
      {
        extends: true,
        // One browser is shared by the tests of a file; two files at a time, because most of a test is waiting.
        test: {
          name: 'browser',
          include: ['test/*.test.ts'],
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        // The real service and the lab as processes: `make build` first.
        test: {
          name: 'whole',
          include: ['test/whole/*.test.ts'],
          sequence: { groupOrder: 2 },
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});

export default mergeConfig(page, tests);
