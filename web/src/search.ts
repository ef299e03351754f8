/** The page's search: what is asked of the host, and what it has found. One at a time: where the worker types. */

import { signal } from '@preact/signals';
import type { ClientFrame, ServerFrame } from './frames';

export type Found = Extract<ServerFrame, { type: 'found' }>;
export type Search = Extract<ClientFrame, { type: 'search' }>;

/** The host's last word; it says which question it answers. */
export const found = signal<Found | null>(null);

let open: Search | null = null;

/** What to ask the host, again after a reconnect; none: nobody looks. */
export const searchFrame = (): Search | null => open;

/** Asks for this from now on. What was found for another question is no answer. */
export function opens(query: string, keep: readonly string[]): Search {
  if (found.value?.query !== query) found.value = null;
  open = { type: 'search', query, keep: [...keep] };
  return open;
}

/** Nobody looks any more. False: nobody did. */
export function ends(): boolean {
  found.value = null;
  const was = open !== null;
  open = null;
  return was;
}
