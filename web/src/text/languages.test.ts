/** The language files: whole, used, translated, and counting as their languages do. */

import type { Entry, Message, SelectExpression } from '@fluent/syntax';
import { Visitor } from '@fluent/syntax';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { messages, source, tags, texts, tree, words } from '../../test/language-files.mjs';
import { sources, used } from '../../test/used-texts';
import { simple } from '../extension/simple';

/** Every language, read once. */
const all = new Map(tags.map((tag) => [tag, texts(tag)]));
const english = textsOf('en');
const keys = [...english.keys()];
const others = tags.filter((tag) => tag !== 'en');

/** Texts that are the same as in English, and why that is right. */
const same: [reason: string, texts: Record<string, readonly string[]>][] = [
  ['the name of the product', { 'app-name': others }],
  ['the sign of the second (SI)', { 'preview-left': ['de', 'es', 'fr', 'it', 'nl', 'pl', 'pt-BR'] }],
  ['the word is the same', { 'chat-list': ['de'], 'alert-volume': ['fr', 'it', 'nl', 'pt-BR'], 'alert-notifications': ['fr'], 'signIn-password': ['it'], 'target-agent': ['de', 'fr', 'nl', 'pl'] }],
];

function textsOf(tag: string): ReturnType<typeof texts> {
  const found = all.get(tag);
  if (found === undefined) throw new Error(`there is no ${tag}.ftl`);
  return found;
}

/** The words of a text, whatever decides between them. */
function wordsOf(tag: string, key: string): string {
  const text = textsOf(tag).get(key);
  return text === undefined ? '' : words(text.message);
}

const mayBeSame = (key: string, tag: string): boolean => same.some(([, texts]) => texts[key]?.includes(tag) === true);

/** The categories that whole numbers have in a language. */
const categories = (tag: string): Set<string> =>
  new Set(Array.from({ length: 1_001 }, (_, number) => new Intl.PluralRules(tag).select(number)));

class Selects extends Visitor {
  readonly found: SelectExpression[] = [];
  override visitSelectExpression(select: SelectExpression): void {
    this.found.push(select);
    this.genericVisit(select);
  }
}

function selects(message: Message): SelectExpression[] {
  const visitor = new Selects();
  visitor.visit(message);
  return visitor.found;
}

const variants = (select: SelectExpression): string[] =>
  select.variants.map(({ key }) => (key.type === 'Identifier' ? key.name : key.value));

describe.each(tags)('%s', (tag) => {
  const own = textsOf(tag);

  it('is Fluent in every line, with nothing that pages do not read', () => {
    const strange = (entry: Entry) => entry.type === 'Junk' || (entry.type === 'Message' && entry.attributes.length > 0);
    expect(tree(tag).body.filter(strange)).toEqual([]);
  });

  it('lacks no text, has none too many and none twice', () => {
    expect(tree(tag).body.flatMap((entry) => (entry.type === 'Message' ? [entry.id.name] : []))).toEqual(keys);
  });

  it('fills in what English does', () => {
    for (const [key, { places }] of own) {
      expect(places, key).toEqual(english.get(key)?.places);
    }
  });

  it('has a variant for every way in which the language counts, and no other', () => {
    const counts = [...categories(tag)].sort();
    for (const [key, { message }] of own) {
      for (const select of selects(message)) expect(variants(select).sort(), key).toEqual(counts);
      const needed = counts.length > 1 && selects(english.get(key)?.message ?? message).length > 0;
      if (needed) expect(selects(message).length, key).toBeGreaterThan(0);
    }
  });
});

it.each(others)('%s is translated, or English has the right word', (tag) => {
  const equal = keys.filter((key) => wordsOf(tag, key) === wordsOf('en', key));
  expect(equal.filter((key) => !mayBeSame(key, tag))).toEqual([]);
});

/** Buttons, whatever their texts are named: any of them can stand beside any other. */
const isButton = (key: string): boolean =>
  /^(button-\w+|preview-(accept|decline|silence)|call-(more|less)|\w+-go|(dial|outcome)-open|number-askFirst|data-(save|remove)|chat-(send|again|drop|leave|done|save|escalate)|outcome-(save|skip|close)|outside-stop|missed-back|signOut|cancel|close)$/.test(key);

/** What stands together, and is told apart by its words alone: buttons, and what is named alike, such as the states of calls. */
const familyOf = (key: string): string => (isButton(key) ? 'buttons' : key.replace(/-.*/, ''));

it.each(others)('%s tells apart what English does', (tag) => {
  const said = (of: string, key: string): string => [wordsOf(of, key).toLowerCase(), ...(textsOf(of).get(key)?.places ?? [])].join(' ');
  const pairs = keys.flatMap((one, at) => keys.slice(at + 1).map((other) => [one, other] as const)).filter(([one, other]) => familyOf(one) === familyOf(other));
  const alike = pairs.filter(([one, other]) => said(tag, one) === said(tag, other) && said('en', one) !== said('en', other));
  expect(alike).toEqual([]);
});

/** One word for one thing, as it stands on buttons, tabs and in headings; another for it would be looked for in vain. */
const terms: readonly (readonly [tag: string, right: string, wrong: RegExp])[] = [
  ['de', 'Server', /\bHost\b/],
  ['de', 'Contact Center', /Contact-Center/],
  ['de', 'Administration', /Administrator|Verwaltung/],
  ['es', 'vista previa', /(el|los|un) avisos?|avisos perdidos/i],
  ['es', 'conversación', /\bchats?\b/i],
  ['pt-BR', 'central de atendimento', /central de contato/i],
  ['pt-BR', 'Avisos', /Alertas/],
  ['pt-BR', 'conversa', /\bchats?\b/i],
  ['it', 'Prema', /\bPremi\b|Apri la pagina|\bUsa (altri|Alt)/],
  ['nl', 'voorvertoning', /voorbeeld/i],
  ['nl', 'accepteert', /aanneemt|neem .*aan/i],
  ['pl', 'zapowiedź', /podgląd/i],
  ['pl', 'centrum kontaktu', /contact center|centrum kontaktow/i],
  ['pl', 'Twój', /(^| )two(im|ja|je|i|jego)(?= )/],
  ['ru', 'запрос', /предпросмотр/i],
  ['ru', 'Агент', /оператор/i],
  ['ru', 'статус', /(ваше|выбирать|выберите|выбрать) состояни/i],
  ['ar', 'برنامج الاتصالات', /عميل UC/],
  ['he', 'מרכז השירות', /מוקד|מרכז הקשר/],
  ['he', 'יש להזין', /הזינו|בדקו|שלכם|אליכם|שתאשרו/],
  ['ja', 'サーバー', /ホスト/],
  ['ja', '承諾', /応答した通話/],
  ['ko', '서버', /호스트/],
  ['ko', '컨택 센터', /컨택센터/],
  ['zh-Hans', '服务器', /主机/],
  ['zh-Hans', '坐席', /座席/],
];

it.each(terms)('%s says %s, and nothing else for it', (tag, right, wrong) => {
  expect(keys.filter((key) => wrong.test(wordsOf(tag, key)))).toEqual([]);
  expect(keys.some((key) => wordsOf(tag, key).includes(right))).toBe(true);
});

it('excuses no text that differs', () => {
  for (const [reason, excused] of same) {
    for (const [key, tags] of Object.entries(excused)) {
      for (const tag of tags) expect(wordsOf(tag, key), `${reason}: ${key}, ${tag}`).toBe(wordsOf('en', key));
    }
  }
});

it('every text is asked for', () => {
  const asked = used(sources(), keys);
  expect(keys.filter((key) => !asked.has(key))).toEqual([]);
});

it('a text that nobody asks for is noticed', () => {
  expect(used(sources(), ['preview-nobody', 'end-accepted', 'state-label'])).toEqual(new Set(['end-accepted', 'state-label']));
});

it('the texts of the extension window need no plural rules', () => {
  const asked = [...used(sources('extension/'), keys)];
  expect(asked.length).toBeGreaterThan(20);
  for (const tag of tags) {
    const read = simple(source(tag));
    expect(asked.filter((key) => read[key] === undefined), tag).toEqual([]);
  }
});

it('the compiler knows the files as they are: `npm run texts` makes messages.ts', () => {
  expect(readFileSync(new URL('messages.ts', import.meta.url), 'utf8')).toBe(messages());
});
