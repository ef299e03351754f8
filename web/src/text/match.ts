/** Which of the page's languages suits somebody best, and which way it runs. With no more than an old browser has. */

import { languages, type Language } from './messages';

/** Written from right to left (CLDR, character order). */
const rightToLeft = /^(ar|dv|fa|he|ku|ps|sd|ug|ur|yi)$/;

const mainOf = (tag: string): string => tag.toLowerCase().split('-')[0] ?? '';

/** The best language there is a file for (BCP 47), from the most to the least wanted; its region aside, if need be. */
export function bestOf(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const same = languages.filter((one) => one.toLowerCase() === tag.toLowerCase());
    const found = [...same, ...languages.filter((one) => mainOf(one) === mainOf(tag))][0];
    if (found !== undefined) return found;
  }
  return 'en';
}

export const directionOf = (tag: string): 'ltr' | 'rtl' => (rightToLeft.test(mainOf(tag)) ? 'rtl' : 'ltr');
