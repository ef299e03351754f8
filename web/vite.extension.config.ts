import ts from 'typescript';
import { defineConfig, type Plugin } from 'vite';

/** The bundler writes nothing older than ES2015, so the compiler lowers what it has joined. */
const es5: Plugin = {
  name: 'es5',
  generateBundle: (_, bundle) => {
    for (const file of Object.values(bundle)) {
      if (file.type === 'chunk') file.code = lowered(file.code);
    }
  },
};

const lowered = (code: string): string => {
  // Deprecated since TypeScript 6; the page's own test notices when a later one lowers no more.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  const target = ts.ScriptTarget.ES5;
  return ts.transpileModule(code, { compilerOptions: { target, removeComments: true, ignoreDeprecations: '6.0' } }).outputText;
};

/** The page for the extension window of desktop UC clients: one plain script beside `public/extension/index.html`. */
export default defineConfig({
  plugins: [es5],
  publicDir: false,
  build: {
    outDir: 'dist/extension',
    emptyOutDir: false,
    minify: false,
    target: 'esnext',
    lib: { entry: 'src/extension/main.ts', formats: ['iife'], name: 'extension', fileName: () => 'page.js' },
    reportCompressedSize: false,
  },
});
