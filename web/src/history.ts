/** Keeps the worker's past previews: through a reload, in every tab alike, and no longer than they are signed in. */

import { computed, effect, untracked } from '@preact/signals';
import { now, serverNow } from './clock';
import { isMissed, joined, ofDay, type PastPreview } from './past';
import { past, phase, session } from './store';

const KEY = 'uc.past';
const CHANNEL = 'uc-past';

/** What tabs tell each other; without a list, a tab asks for the others'. Only the same worker's counts. */
interface Told {
  who: string;
  past?: readonly PastPreview[];
}

const who = computed(() => session.value?.person.id ?? '');
const today = computed(() => new Date(now.value).toDateString());

/** Newest first. */
export const pastToday = computed(() => (today.value === '' ? [] : ofDay(past.value, serverNow())));
/** Missed and not looked at yet. */
export const missed = computed(() => pastToday.value.filter((one) => isMissed(one) && !one.seen).length);

/** The worker looks at the list. */
export function markSeen(): void {
  if (missed.peek() > 0) past.value = past.peek().map((one) => ({ ...one, seen: true }));
}

export function startHistory(): void {
  const others = typeof BroadcastChannel === 'function' ? new BroadcastChannel(CHANNEL) : null;
  /** What came from elsewhere is told to nobody. */
  let foreign = past.peek();
  const tell = (told: Omit<Told, 'who'>): void => others?.postMessage({ who: who.peek(), ...told } satisfies Told);
  const take = (more: readonly PastPreview[]): void => {
    foreign = joined(past.peek(), ofDay(more, serverNow()));
    past.value = foreign;
  };
  if (others !== null) {
    others.onmessage = ({ data }: MessageEvent<Told>) => {
      if (data.who === '' || data.who !== who.peek()) return;
      if (data.past !== undefined) take(data.past);
      else if (past.peek().length > 0) tell({ past: past.peek() });
    };
  }
  effect(() => {
    if (who.value === '') return;
    untracked(() => { take(read(who.value)); });
    tell({});
  });
  effect(() => {
    if (phase.value === 'signIn') write(null);
  });
  effect(() => {
    const kept = past.value;
    if (who.peek() === '') return;
    write({ who: who.peek(), past: kept });
    if (kept !== foreign) tell({ past: kept });
  });
}

function read(who: string): readonly PastPreview[] {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as Told | null;
    return kept?.who === who ? [...(kept.past ?? [])] : [];
  } catch {
    return [];
  }
}

function write(kept: Told | null): void {
  try {
    if (kept === null) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, JSON.stringify(kept));
  } catch {
    // Storage is full or forbidden: the list lives until the page closes.
  }
}
