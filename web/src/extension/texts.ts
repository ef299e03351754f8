/** The page's texts in the language of the worker or, before that is known, of the browser. */

import { de } from '../text/de';
import { en } from '../text/en';

let texts: Readonly<Record<keyof typeof en, string>> = en;

export function speak(tag: string): void {
  const german = tag.toLowerCase().split('-')[0] === 'de';
  texts = german ? de : en;
  document.documentElement.setAttribute('lang', german ? 'de' : 'en');
}

export const t = (key: keyof typeof en, places: Readonly<Record<string, string | number>> = {}): string =>
  texts[key].replace(/\{(\w+)\}/g, (whole, name: string) => String(places[name] ?? whole));
