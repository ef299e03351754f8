/** What is said to screen readers: each change once, in words of its own, also when the words are the same again. */

import { effect, signal, untracked } from '@preact/signals';
import { now, serverNow } from './clock';
import { changedLabels, rowsOf } from './data';
import { isText, titleOf } from './media';
import type { Call, Form, Outcome, Preview, Snapshot } from './frames';
import { placeOf } from './outside';
import { saysStates } from './own-state';
import { stateText } from './refusals';
import { endingToTell, sameCall } from './snapshot';
import { lastEnd, previews, snapshot, wish } from './store';
import { chosenLanguage, t } from './text/language';

export interface Said {
  id: number;
  text: string;
  /** Interrupts what is being read. */
  urgent: boolean;
}

/** Screen readers speak what is added; what was said long ago goes. */
const SAID_MS = 30_000;
/** Nobody listens to more. */
const MOST = 64;
/** The seconds left that are said; more would talk over everything else. */
const MARKS = [30, 10, 5];
/** Names of changed data in one sentence. */
const MOST_NAMED = 3;
/** The offer was on its way, and the answer will be: never promise more than the host grants. */
const WAY_MS = 200;

export const said = signal<readonly Said[]>([]);
let last = 0;

export function say(text: string, urgent = false): void {
  last += 1;
  const line = { id: last, text, urgent };
  said.value = [...said.peek(), line].slice(-MOST);
  setTimeout(() => {
    said.value = said.peek().filter((other) => other !== line);
  }, SAID_MS);
}

/** Seconds left until the host's deadline. */
export const secondsLeft = (preview: Preview, at: number): number => Math.max(0, Math.ceil((preview.deadline - at - WAY_MS) / 1000));

export function startAnnouncing(): void {
  let before: Snapshot | null = null;
  effect(() => {
    const after = snapshot.value;
    untracked(() => {
      if (after !== null) tell(before, after);
    });
    before = after;
  });
  ownState();
  countDown();
  // Nothing of the worker stays in memory.
  effect(() => {
    if (snapshot.value === null) said.value = [];
  });
}

function tell(before: Snapshot | null, after: Snapshot): void {
  for (const preview of after.previews) {
    if (before?.previews.some(({ id }) => id === preview.id) !== true) arrived(preview);
  }
  for (const call of after.calls) {
    const known = before?.calls.find((other) => sameCall(other, call));
    changed(known, call);
    // After a snapshot nobody knows what is news.
    if (known?.state === call.state && before?.form === after.form) dataChanged(known, call, after.form);
  }
  for (const call of before?.calls ?? []) {
    if (!after.calls.some((other) => sameCall(other, call))) ended(call);
  }
  for (const outcome of after.outcomes ?? []) {
    if (before !== null && isAsked(after, outcome) && !isAsked(before, outcome)) say(t(`outcome-of-${outcome.about}`, { caller: nameOf(outcome) }));
  }
  const place = placeOf(after, t);
  if (before !== null && place !== '' && place !== placeOf(before, t)) say(place);
}

/** What came of it is asked for; where the call is on the page yet, its end is said first. */
function isAsked({ calls, outcomes = [] }: Snapshot, { id, connId, dn }: Outcome): boolean {
  return outcomes.some((one) => one.id === id && one.over) && !calls.some((call) => sameCall(call, { connId, dn }));
}

function ownState(): void {
  const hear = saysStates((state) => {
    say(t('said-state', { state: stateText(state) }));
  });
  effect(() => {
    const now = snapshot.value;
    untracked(() => {
      if (now === null) hear(null, false);
      // The page's own choice of a language asks the host for its texts, too.
      else hear({ state: now.state, language: `${chosenLanguage.value} ${now.person.language}` }, wish.value?.text === stateText(now.state));
    });
  });
}

function arrived(preview: Preview): void {
  const seconds = secondsLeft(preview, serverNow());
  const caller = nameOf(preview);
  say(isText(preview.mediaType) ? `${t(titleOf(preview.mediaType), { caller })}. ${t('preview-limit', { seconds })}` : t('said-preview', { caller, seconds }), true);
}

function changed(before: Call | undefined, call: Call): void {
  if (before !== undefined) company(before, call);
  if (before?.state === call.state) return;
  // Nothing that the worker would notice.
  if (call.state === 'networkReached') return;
  const taken = before?.state === 'held' && call.state === 'established';
  const caller = nameOf(call);
  say(taken ? t('said-retrieved', { caller }) : t(`said-${call.state}`, { caller }), call.state === 'ringing');
}

/** Who takes part in a call, and whether they hear the worker. */
function company(before: Call, call: Call): void {
  if (before.muted !== call.muted) say(t(call.muted ? 'call-muted' : 'said-unmuted'));
  const others = (of: Call): string => of.parties.join(', ');
  if (others(before) !== others(call) && before.parties.length + call.parties.length > 2) say(`${t('call-parties')} ${others(call)}`);
}

/** In one sentence, however many pairs it were. */
function dataChanged(before: Call, call: Call, form: Form): void {
  if (before === call) return;
  const labels = changedLabels(rowsOf(before.data, form), rowsOf(call.data, form));
  if (labels.length === 0) return;
  const what = labels.slice(0, MOST_NAMED).join(', ') + (labels.length > MOST_NAMED ? ' …' : '');
  say(t('said-data', { caller: nameOf(call), what }));
}

function ended(call: Call): void {
  // What is worth a word of its own is said by the notice.
  const how = lastEnd !== null && sameCall(lastEnd, call) ? endingToTell(call, lastEnd.ending) : 'ended';
  if (how === 'ended') say(t('said-ended', { caller: nameOf(call) }));
}

/** The last mark of the oldest preview that was passed, each once. */
function countDown(): void {
  let passed = { id: -1, mark: Infinity };
  effect(() => {
    const first = previews.value[0];
    if (first === undefined) return;
    const left = secondsLeft(first, now.value);
    const whole = first.length / 1000;
    const mark = MARKS.filter((seconds) => left <= seconds && seconds < whole).at(-1);
    if (first.id !== passed.id) passed = { id: first.id, mark: Infinity };
    if (mark === undefined || mark >= passed.mark) return;
    passed.mark = mark;
    untracked(() => {
      say(t('preview-leftLong', { seconds: left }));
    });
  });
}

const nameOf = ({ caller }: { caller: string }): string => (caller === '' ? t('caller-unknown') : caller);
