/** Where a call is to go: what is typed or chosen in a form, and what is wrong with it. */

import { useSignal, type Signal } from '@preact/signals';
import { called } from '../favourites';
import type { Target } from '../frames';
import { whole } from '../letters';
import { found } from '../search';
import type { PlainKey } from '../text/language';
import { isNumber } from '../typed-number';

export interface Destination {
  readonly text: Signal<string>;
  readonly chosen: Signal<Target | null>;
  readonly wrong: Signal<PlainKey | null>;
  /** The number, which the browser remembers; undefined: there is none, and `wrong` says why. */
  readonly take: () => string | undefined;
}

/** `before`: what was typed there already. */
export function useDestination(before?: { text: string; chosen: Target | null }): Destination {
  const text = useSignal(before?.text ?? '');
  const chosen = useSignal<Target | null>(before?.chosen ?? null);
  const wrong = useSignal<PlainKey | null>(null);
  const take = (): string | undefined => {
    const typed = whole(text.value).trim();
    wrong.value = wrongWith(typed, chosen.value);
    if (wrong.value !== null) return undefined;
    if (chosen.value === null) return typed;
    called(chosen.value.id);
    return numberOf(chosen.value);
  };
  return { text, chosen, wrong, take };
}

/** Beginnings of names are nobody's number, unless the host has nobody to choose from. */
function wrongWith(typed: string, chosen: Target | null): PlainKey | null {
  if (typed === '') return 'number-missing';
  if (chosen !== null || isNumber(typed)) return null;
  return found.value?.query === typed && found.value.targets.length === 0 ? null : 'target-choose';
}

/** The number that leads there now: a colleague may have changed their seat. */
const numberOf = (chosen: Target): string => (found.value?.targets.find(({ id }) => id === chosen.id) ?? chosen).number;
