/** Keeps the worker's past previews at this page: what it saw while the host was out of reach, through a reload, in every tab alike, and no longer than they are signed in. The host keeps them, too. */

import { computed, effect, untracked } from '@preact/signals';
import { now, serverNow } from './clock';
import { send } from './connection';
import { isMissed, joined, ofDay, pastOfHost, type PastPreview } from './past';
import { live, past, phase, session, snapshot } from './store';

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
  if (missed.peek() === 0) return;
  const ids = past.peek().filter(({ seen }) => !seen).map(({ id }) => id);
  past.value = past.peek().map((one) => ({ ...one, seen: true }));
  send({ type: 'previewsSeen', ids });
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
    if (live.value) untracked(tellSeen);
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

/** What the worker has looked at here while the host was out of reach. */
function tellSeen(): void {
  const seen = new Set(past.peek().filter((one) => one.seen).map(({ key }) => key));
  const ids = (snapshot.peek()?.past ?? []).map(pastOfHost).filter((one) => !one.seen && seen.has(one.key)).map(({ id }) => id);
  if (ids.length > 0) send({ type: 'previewsSeen', ids });
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
