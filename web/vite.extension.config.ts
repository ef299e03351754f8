import { readdirSync, readFileSync } from 'node:fs';
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

const sources = ['reasons.ts', 'media.ts', 'outside.ts', 'chat/over.ts', ...readdirSync('src/extension').map((file) => `extension/${file}`)];

/** What is named as this page's texts are, and is said on the page in the browser alone. */
const elsewhere =
  /^(call-(duration|data|consult|parties|muted|more|less|unsupported)|button-(transfer|conference|redirect|digits|release\w+)|preview-(title\w*|silence|notes|leftLong|limit|data|dn)|chat-(list|unread|hint|save|stays|earlier|call)|data-gone|refused-((outcome|number|redirect|data|note)\w+|call(NoDial|Number|Digits)))$/;

/** Of the built-in English only what this page says: what its sources name, whole or by its beginning. */
const itsTexts: Plugin = {
  name: 'its-texts',
  enforce: 'pre',
  load: (id) => {
    if (!id.endsWith('en.ftl?raw')) return null;
    const code = sources.map((file) => readFileSync(`src/${file}`, 'utf8')).join('');
    const named = [...code.matchAll(/['`]([a-zA-Z]+-[\w-]*)/g)].map(([, name = '']) => name);
    const keys = new Set(named.filter((name) => !name.endsWith('-')));
    const beginnings = [...new Set(named.filter((name) => name.endsWith('-')))];
    const isSaid = (key: string): boolean => !elsewhere.test(key) && (keys.has(key) || beginnings.some((beginning) => key.startsWith(beginning)));
    const messages = readFileSync('src/languages/en.ftl', 'utf8').split(/\n(?=[a-zA-Z#])/);
    const said = messages.filter((message) => isSaid(/^[\w-]+/.exec(message)?.[0] ?? '')).map((message) => tight(message.trimEnd()));
    return `export default ${JSON.stringify(`${said.join('\n')}\n`)}`;
  },
};

/** Blanks that are for who reads the file. */
const tight = (message: string): string => message.replace(' = ', '=').replace(/\{ (\$\w+) \}/g, '{$1}');

const lowered = (code: string): string => {
  // Deprecated since TypeScript 6; the page's own test notices when a later one lowers no more.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  const target = ts.ScriptTarget.ES5;
  const { outputText } = ts.transpileModule(code, { compilerOptions: { target, removeComments: true, ignoreDeprecations: '6.0' } });
  // ECMAScript 5 has no text of several lines that an indentation could belong to.
  return outputText.replace(/^ +/gm, '');
};

/** The page for the extension window of desktop UC clients: one plain script beside `public/extension/index.html`. */
export default defineConfig({
  plugins: [itsTexts, es5],
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
