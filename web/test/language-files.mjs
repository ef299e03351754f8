/**
 * Reads the language files of `src/languages/` as Fluent's own parser does. `npm run texts` makes `src/text/messages.ts` of
 * them, so that the compiler knows every text and what is filled into it.
 */
import { parse, Visitor } from '@fluent/syntax';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {object} Text
 * @property {import('@fluent/syntax').Message} message
 * @property {Set<string>} places What is filled in.
 * @property {Set<string>} numbers What of it decides by its number.
 */

const folder = new URL('../src/languages/', import.meta.url);
const made = new URL('../src/text/messages.ts', import.meta.url);

/** The tags of all language files, in the order of the alphabet. */
export const tags = readdirSync(folder)
  .filter((name) => name.endsWith('.ftl'))
  .map((name) => basename(name, '.ftl'))
  .sort();

/** @param {string} tag */
export const source = (tag) => readFileSync(new URL(`${tag}.ftl`, folder), 'utf8');

/** The file as a tree; what is no Fluent stands in it as junk. @param {string} tag */
export const tree = (tag) => parse(source(tag), { withSpans: true });

/** The messages of a language, by their keys. @param {string} tag @returns {Map<string, Text>} */
export function texts(tag) {
  const messages = tree(tag).body.filter((entry) => entry.type === 'Message');
  return new Map(messages.map((message) => [message.id.name, { message, ...placesOf(message) }]));
}

class Places extends Visitor {
  /** @type {Set<string>} */
  places = new Set();
  /** @type {Set<string>} */
  numbers = new Set();

  /** @override @param {import('@fluent/syntax').VariableReference} node */
  visitVariableReference(node) {
    this.places.add(node.id.name);
  }

  /** @override @param {import('@fluent/syntax').SelectExpression} node */
  visitSelectExpression(node) {
    if (node.selector.type === 'VariableReference') this.numbers.add(node.selector.id.name);
    this.genericVisit(node);
  }
}

/** @param {import('@fluent/syntax').Message} message */
function placesOf(message) {
  const visitor = new Places();
  visitor.visit(message);
  const { places, numbers } = visitor;
  return { places, numbers };
}

/** What stands in `src/text/messages.ts`. */
export function messages() {
  const lines = [...texts('en')].map(([key, { places, numbers }]) => {
    const each = [...places].map((name) => `${name}: ${numbers.has(name) ? 'number' : 'string | number'}`);
    return `  '${key}': ${each.length === 0 ? 'null' : `{ ${each.join('; ')} }`};`;
  });
  return [
    '/** Made of `src/languages/` by `npm run texts`. */',
    '',
    `export const languages = [${tags.map((tag) => `'${tag}'`).join(', ')}] as const;`,
    'export type Language = (typeof languages)[number];',
    '',
    '/** What is filled into each text. */',
    'export interface Messages {',
    ...lines,
    '}',
    '',
  ].join('\n');
}

class Words extends Visitor {
  /** @type {string[]} */
  found = [];

  /** @override @param {import('@fluent/syntax').TextElement} node */
  visitTextElement(node) {
    this.found.push(node.value.trim());
  }
}

/** Every word of a text, its variants one after the other. @param {import('@fluent/syntax').Message} message */
export function words(message) {
  const visitor = new Words();
  visitor.visit(message);
  return visitor.found.join(' ').trim();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(made, messages());
