/** The page's search: what is asked of the host, and what it has found. One at a time: where the worker types. */

import { signal } from '@preact/signals';
import type { ClientFrame, ServerFrame } from './frames';

export type Found = Extract<ServerFrame, { type: 'found' }>;
export type Search = Extract<ClientFrame, { type: 'search' }>;

/** The host's last word; it says which question it answers. */
export const found = signal<Found | null>(null);

let open: Search | null = null;
/** The field that asks. */
let asker = '';

/** Nothing of the worker stays in memory. */
export function forgetSearch(): void {
  found.value = null;
  open = null;
  asker = '';
}

/** What to ask the host, again after a reconnect; none: nobody looks. */
export const searchFrame = (): Search | null => open;

/** Another field asks than this one. */
export const othersAsk = (field: string): boolean => open !== null && asker !== field;

/** A field asks for this from now on. What was found for another question is no answer. */
export function opens(field: string, query: string, keep: readonly string[]): Search {
  if (found.value?.query !== query) found.value = null;
  asker = field;
  open = { type: 'search', query, keep: [...keep] };
  return open;
}

/** This field looks no longer. False: it did not. */
export function ends(field: string): boolean {
  if (open === null || othersAsk(field)) return false;
  found.value = null;
  open = null;
  return true;
}
