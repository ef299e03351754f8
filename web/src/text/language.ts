/** The language of the page. A new language is one file beside `de.ts` and one line in `files`. */

import { computed, signal } from '@preact/signals';
import { stored } from '../stored';
import { de } from './de';
import { en } from './en';

export type TextKey = keyof typeof en;
export type Texts = Readonly<Record<TextKey, string>>;

const files: Readonly<Record<string, Texts>> = { en, de };
/** Written from right to left (CLDR, character order). */
const rightToLeft = new Set(['ar', 'dv', 'fa', 'he', 'ku', 'ps', 'sd', 'ug', 'ur', 'yi']);

/** The languages there are, by their own names. */
export const languages = Object.keys(files).map((tag) => ({
  tag,
  name: new Intl.DisplayNames([tag], { type: 'language' }).of(tag) ?? tag,
}));

/** The worker's own choice in this browser; empty: the directory decides. */
export const chosenLanguage = stored('language', '');
const preferred = signal('');

/** The directory's choice for this worker (BCP 47). */
export const preferLanguage = (tag: string): void => {
  preferred.value = tag;
};

/** The best language there is a file for, from the most to the least wanted. */
export function bestOf(wanted: readonly string[]): string {
  for (const tag of wanted) {
    const base = tag.toLowerCase().split('-')[0] ?? '';
    if (Object.hasOwn(files, base)) return base;
  }
  return 'en';
}

export const language = computed(() => bestOf([chosenLanguage.value, preferred.value, ...navigator.languages]));
export const direction = computed(() => (rightToLeft.has(language.value) ? 'rtl' : 'ltr'));

/** The text of a key in the page's language, with its places filled. Reading it subscribes to the language. */
export function t(key: TextKey, places: Readonly<Record<string, string | number>> = {}): string {
  return filled((files[language.value] ?? en)[key], direction.value === 'rtl' ? isolated(places) : places);
}

/** Numbers and names keep their own direction inside a text that runs from right to left (Unicode FSI, PDI). */
const isolated = (places: Readonly<Record<string, string | number>>): Record<string, string> =>
  Object.fromEntries(Object.entries(places).map(([name, value]) => [name, `\u2068${value}\u2069`]));

export const filled = (text: string, places: Readonly<Record<string, string | number>>): string =>
  text.replace(/\{(\w+)\}/g, (whole, name: string) => String(places[name] ?? whole));
