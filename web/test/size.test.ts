/** What a browser has to load, the languages apart. */

import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';

const dist = new URL('../dist/', import.meta.url);
const KIB = 1024;

it('the page is at most 60 kB, compressed', () => {
  const scripts = readdirSync(new URL('assets/', dist)).filter((name) => name.endsWith('.js'));
  const bytes = scripts.map((name) => gzipSync(readFileSync(new URL(`assets/${name}`, dist))).length);
  expect(bytes.reduce((sum, one) => sum + one, 0)).toBeLessThan(60 * KIB);
});

it('the page for the extension window is at most 70 kB, as it is, with chats and how each call ended', () => {
  expect(readFileSync(new URL('extension/page.js', dist)).length).toBeLessThan(70 * KIB);
});
