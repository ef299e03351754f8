/** The page's texts in the language of the worker or, before that is known, of the browser. English is built in. */

import english from '../languages/en.ftl?raw';
import { bestOf, directionOf } from '../text/match';
import type { Messages } from '../text/messages';
import { textsOf } from './session';
import { filled, simple, type Simple } from './simple';

/** Numbers and names run from left to right, whatever stands around them. */
const LEFT_TO_RIGHT = '\u200e';

const builtIn = simple(english);
let texts: Simple = builtIn;
let mark = '';
/** The language that was asked for last. */
let asked = '';

/** Speaks the language that fits best, as soon as the host has sent its texts; `done` in any case. */
export function speak(wanted: string, done: () => void): void {
  const tag = bestOf([wanted]);
  if (tag === asked) return;
  asked = tag;
  textsOf(tag, (file) => {
    if (tag !== asked) return;
    if (file === null) {
      // The next snapshot asks again.
      asked = '';
    } else {
      texts = simple(file);
      mark = directionOf(tag) === 'rtl' ? LEFT_TO_RIGHT : '';
      document.documentElement.setAttribute('lang', tag);
      document.documentElement.setAttribute('dir', directionOf(tag));
    }
    done();
  });
}

export function t(key: keyof Messages, places: Readonly<Record<string, string | number>> = {}): string {
  return filled(texts[key] ?? builtIn[key] ?? key, (name) => `${mark}${places[name] ?? name}${mark}`);
}
