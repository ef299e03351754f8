/** The colours of both looks against what they stand on (WCAG 1.4.3, 1.4.11); axe-core measures texts alone. */

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const tokens = readFileSync(new URL('tokens.css', import.meta.url), 'utf8');
const dark = tokens.indexOf('prefers-color-scheme: dark');

const colours = (part: string): ReadonlyMap<string, string> =>
  new Map([...part.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name = '', value = '']) => [name, value]));

/** Relative luminance, as WCAG defines it. */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
  const [light = 0, low = 0] = [luminance(a), luminance(b)].sort((one, other) => other - one);
  return (light + 0.05) / (low + 0.05);
}

const grounds = ['ground', 'surface', 'surface-raised', 'surface-sunken'];
const least = { 'line-strong': 3, focus: 3, accent: 3, ready: 3, 'not-ready': 3, bad: 3, text: 4.5, 'text-quiet': 4.5 };

it.each([
  ['light', tokens.slice(0, dark)],
  ['dark', tokens.slice(dark)],
])('%s: texts stand out 4.5 to 1, signs and borders of controls 3 to 1', (_, part) => {
  const all = colours(part);
  const colour = (name: string): string => all.get(name) ?? `no ${name}`;
  const faint = Object.entries(least).flatMap(([name, limit]) =>
    grounds.filter((ground) => !(contrast(colour(name), colour(ground)) >= limit)).map((ground) => `${name} on ${ground}: ${contrast(colour(name), colour(ground)).toFixed(2)}`),
  );
  expect(faint).toEqual([]);
});
