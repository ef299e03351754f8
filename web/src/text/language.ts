/** The language of the page. A new language is one file in `src/languages/`, and `npm run texts`. */

import { computed, effect, signal, untracked } from '@preact/signals';
import { chooser, storedOfWorker } from '../stored';
import { builtIn, fetched, formatted, type Places, type Texts } from './bundle';
import { bestOf, directionOf } from './match';
import { languages as tags, type Language, type Messages } from './messages';

export type TextKey = keyof Messages;
/** The texts into which nothing is filled. */
export type PlainKey = { [K in TextKey]: Messages[K] extends null ? K : never }[TextKey];

let named: readonly { tag: Language; name: string }[] | undefined;
/** The languages there are, by their own names. Browsers take their time for names. */
export const languages = (): NonNullable<typeof named> =>
  (named ??= tags.map((tag) => ({ tag, name: new Intl.DisplayNames([tag], { type: 'language' }).of(tag) ?? tag })));

/** The worker's own choice in this browser; empty: the directory decides. Before a worker is known, it is that of the last one. */
export const chosenLanguage = storedOfWorker('language', '');
const preferred = signal('');

/** The directory's choice for this worker (BCP 47). */
export const preferLanguage = (tag: string): void => {
  preferred.value = tag;
};

const wanted = computed(() => bestOf([chosenLanguage.value, preferred.value, ...navigator.languages]));
/** What the page speaks: the language that is wanted, once its texts are there; none: those that are built in. */
const spoken = signal<{ tag: Language; texts: Texts | null }>({ tag: 'en', texts: null });
let missing = false;
let latest = Promise.resolve();

export const language = computed(() => spoken.value.tag);
export const direction = computed(() => directionOf(language.value));

/** Speaks what is wanted from now on. */
export function startSpeaking(): void {
  effect(() => {
    const tag = chosenLanguage.value;
    if (chooser.value !== '') untracked(() => { chosenLanguage.setForNobody(tag); });
  });
  effect(() => {
    latest = speak(wanted.value);
  });
}

/** Until the texts are there that were wanted last, or for so long. */
export const textsWithin = (ms: number): Promise<void> =>
  Promise.race([latest, new Promise<void>((resolve) => setTimeout(resolve, ms))]);

/** The host is in reach again: texts that it could not give are asked for once more. */
export const askAgain = (): void => {
  if (missing) latest = speak(wanted.value);
};

async function speak(tag: Language): Promise<void> {
  const texts = await fetched(tag);
  if (tag !== wanted.value) return;
  missing = texts === null;
  if (texts !== null) spoken.value = { tag, texts };
  else if (tag === 'en') spoken.value = { tag, texts: null };
}

/** A text in the page's language, the site's or the client's; in English where neither can be used. Reading it subscribes to the language. */
export function t<K extends TextKey>(key: K, ...places: Messages[K] extends null ? [] : [Messages[K]]): string {
  const filled: Places | null = places[0] ?? null;
  const { texts } = spoken.value;
  return (texts === null ? null : formatted(texts, key, filled)) ?? formatted(builtIn(), key, filled) ?? key;
}
