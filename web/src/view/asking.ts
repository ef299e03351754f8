/** What one field asks the host while somebody types into it. There is one search: it is where the worker types. */

import { useEffect } from 'preact/hooks';
import { endSearch, search } from '../actions';
import { remembered } from '../favourites';
import type { Target } from '../frames';
import { first } from '../letters';
import { found, othersAsk, type Found } from '../search';
import { live } from '../store';

/** After this long without a letter the host is asked. */
const TYPING_MS = 150;

/** The host reads no more letters. */
const LONGEST = 100;

export interface Asking {
  /** What is asked for. */
  readonly asks: string;
  /** What the host says to it; null: nothing yet. */
  readonly answer: Found | null;
  /** The worker comes back to the field. */
  readonly again: () => void;
}

/** `field` names the field among others. */
export function useAsking(field: string, input: { readonly current: HTMLElement | null }, typed: string, chosen: Target | null): Asking {
  const asks = first(typed.trim(), LONGEST);
  const known = asks === '' ? remembered.value : [];
  const kept = chosen === null ? known : [chosen.id];
  const question = JSON.stringify([asks, kept]);
  useEffect(() => () => { endSearch(field); }, [field]);
  useEffect(() => {
    if (!live.value || (othersAsk(field) && document.activeElement !== input.current)) return undefined;
    const timer = setTimeout(() => { search(field, asks, kept); }, asks === '' ? 0 : TYPING_MS);
    return () => { clearTimeout(timer); };
    // The question as a text: a list is another one each time.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [question, live.value]);
  return {
    asks,
    answer: live.value && found.value?.query === asks ? found.value : null,
    again: () => {
      if (live.value && othersAsk(field)) search(field, asks, kept);
    },
  };
}
