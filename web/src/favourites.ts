/** Whom a worker calls again and again: kept by id in this browser, for each worker alone. Their names and how they are the host says. */

import { computed, signal } from '@preact/signals';
import { notify } from './notices';
import { session } from './store';
import { t } from './text/language';

/** More favourites are no help; the oldest gives way. */
const MOST_FAVOURITES = 20;
const MOST_RECENT = 8;

interface Kept {
  readonly favourites: readonly string[];
  /** Newest first. */
  readonly recent: readonly string[];
}

const nothing: Kept = { favourites: [], recent: [] };

const who = computed(() => session.value?.person.id ?? '');
const all = signal<ReadonlyMap<string, Kept>>(new Map());
let told = false;

const kept = computed(() => all.value.get(who.value) ?? read(who.value));
export const favourites = computed(() => kept.value.favourites);
/** Ids to ask the host for: favourites first, then whom the worker called lately. */
export const remembered = computed(() => [...new Set([...kept.value.favourites, ...kept.value.recent])]);

/** What the worker wants, by what they saw: where another tab was first, it is so already. */
export function setFavourite(id: string, on: boolean): void {
  const { favourites, recent } = newest();
  if (favourites.includes(id) === on) show(who.peek(), { favourites, recent });
  else keep({ recent, favourites: on ? [...favourites, id].slice(-MOST_FAVOURITES) : favourites.filter((other) => other !== id) });
}

/** The worker has called somebody, or passed a call on to them. */
export function called(id: string): void {
  const { favourites, recent } = newest();
  keep({ favourites, recent: [id, ...recent.filter((other) => other !== id)].slice(0, MOST_RECENT) });
}

const PREFIX = 'uc.targets.';
const keyOf = (worker: string): string => PREFIX + worker;

function read(worker: string): Kept {
  try {
    return parsed(localStorage.getItem(keyOf(worker)));
  } catch {
    return nothing;
  }
}

function parsed(text: string | null): Kept {
  try {
    const value: unknown = JSON.parse(text ?? 'null');
    const lists = typeof value === 'object' && value !== null ? (value as Partial<Record<keyof Kept, unknown>>) : {};
    return { favourites: ids(lists.favourites, MOST_FAVOURITES), recent: ids(lists.recent, MOST_RECENT) };
  } catch {
    return nothing;
  }
}

/** As another tab may have written since; where nothing can be kept, as it is here. */
const newest = (): Kept => (told ? kept.peek() : read(who.peek()));

/** What somebody else wrote there counts as far as it can be read. */
const ids = (value: unknown, most: number): string[] =>
  Array.isArray(value) ? value.filter((id): id is string => typeof id === 'string' && id !== '').slice(0, most) : [];

const show = (worker: string, next: Kept): void => {
  all.value = new Map(all.peek()).set(worker, next);
};

// What another tab has written is shown at once.
if (typeof addEventListener === 'function') {
  addEventListener('storage', ({ key, newValue }) => {
    if (key?.startsWith(PREFIX) === true) show(key.slice(PREFIX.length), parsed(newValue));
  });
}

function keep(next: Kept): void {
  show(who.peek(), next);
  try {
    localStorage.setItem(keyOf(who.peek()), JSON.stringify(next));
  } catch {
    // Full or forbidden: they hold until the page closes.
    if (!told) notify({ kind: 'info', title: t('alert-forgetful'), text: '' });
    told = true;
  }
}
