/** Which of the page's languages suits somebody best, and which way it runs. With no more than an old browser has. */

import { languages, type Language } from './messages';

/** Written from right to left (CLDR, character order). */
const rightToLeft = /^(ar|dv|fa|he|ku|ps|sd|ug|ur|yi)$/;

/** How a language is written where its tag does not say (CLDR, likely subtags); of others nobody knows. */
const scripts: readonly (readonly [RegExp, string])[] = [
  [/^zh-(tw|hk|mo)$/, 'hant'],
  [/^zh$/, 'hans'],
  [/^(ar|fa|ur)$/, 'arab'],
  [/^(bg|ru|sr|uk)$/, 'cyrl'],
  [/^he$/, 'hebr'],
  [/^ja$/, 'jpan'],
  [/^ko$/, 'kore'],
  [/^(cs|da|de|en|es|fi|fr|hu|it|nb|nl|pl|pt|ro|sv|tr)$/, 'latn'],
];

const mainOf = (tag: string): string => tag.toLowerCase().split('-')[0] ?? '';

/** Of a tag in small letters; empty: nobody knows. */
function written(tag: string): string {
  for (const [languages, script] of scripts) {
    if (languages.test(tag)) return script;
  }
  return '';
}

/** Empty: nobody knows. */
function scriptOf(tag: string): string {
  const subtags = tag.toLowerCase().split('-').slice(1);
  const [script] = subtags.filter((part) => /^[a-z]{4}$/.test(part));
  const [region] = subtags.filter((part) => /^[a-z]{2}$/.test(part));
  return script ?? (written(`${mainOf(tag)}-${region ?? ''}`) || written(mainOf(tag)));
}

/** Whether whoever reads one of these languages can read the other: its region aside, not its script. */
const isAkin = (one: string, other: string): boolean => {
  const [script, otherwise] = [scriptOf(one), scriptOf(other)];
  return mainOf(one) === mainOf(other) && (script === otherwise || script === '' || otherwise === '');
};

/** The best language there is a file for (BCP 47), from the most to the least wanted; its region aside, if need be. */
export function bestOf(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const same = languages.filter((one) => one.toLowerCase() === tag.toLowerCase());
    const found = [...same, ...languages.filter((one) => isAkin(one, tag))][0];
    if (found !== undefined) return found;
  }
  return 'en';
}

export const directionOf = (tag: string): 'ltr' | 'rtl' => (rightToLeft.test(mainOf(tag)) ? 'rtl' : 'ltr');
