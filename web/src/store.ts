/** Everything the page shows, in one place. Only this file and the connection write the host's word. */

import { computed, signal } from '@preact/signals';
import { setServerTime, tick } from './clock';
import type { Call, CallButton, Preview, PreviewEnd, ServerFrame, Session, Snapshot } from './frames';
import { notify } from './notices';
import { applied, sameCall } from './snapshot';
import { preferLanguage, t, type TextKey } from './text/language';

export type Phase = 'starting' | 'signIn' | 'signedIn';
export type Link = 'connecting' | 'open' | 'lost';

/** Which page to show. */
export const phase = signal<Phase>('starting');
/** Who is signed in, the token that guards what changes the session, and where help is. */
export const session = signal<Session | null>(null);
/** Whether the host hears us. Nothing on the page counts as true while it is not `open`. */
export const link = signal<Link>('connecting');
/** True when this account has no page (an operator's): connecting again would not help. */
export const pageless = signal(false);
/** True once a frame could not be read: page and host are not of one build. */
export const outdated = signal(false);
/** The host's last word. */
export const snapshot = signal<Snapshot | null>(null);
/** Answers that the host has not confirmed yet, by preview. Sent again after a reconnect. */
export const answers = signal<ReadonlyMap<number, boolean>>(new Map());
/** Call buttons that were pressed and have had no effect yet. */
export const presses = signal<readonly { connId: string; dn: string; button: CallButton }[]>([]);
/** The text of a state that was chosen and is not confirmed yet. */
export const wish = signal<string | null>(null);

export const live = computed(() => link.value === 'open' && snapshot.value !== null);
export const previews = computed(() => snapshot.value?.previews ?? []);
export const calls = computed(() => snapshot.value?.calls ?? []);

/** Whether the host's word on a call still counts: a DN out of service may have lost the call since. */
export function certain(call: Call): boolean {
  const channel = snapshot.value?.channels.find((one) => one.dn === call.dn);
  return live.value && channel?.state.kind !== 'outOfService';
}

export const isPressed = (call: Call, button: CallButton): boolean =>
  presses.value.some((press) => sameCall(press, call) && press.button === button);

/** Takes a frame in. */
export function receive(frame: ServerFrame): void {
  const before = snapshot.value;
  tick();
  snapshot.value = applied(before, frame);
  switch (frame.type) {
    case 'snapshot':
      setServerTime(frame.serverTime);
      preferLanguage(frame.person.language);
      keepAnswersOf(frame.previews);
      presses.value = [];
      wish.value = null;
      return;
    case 'state':
      wish.value = null;
      return;
    case 'previewEnd':
      previewEnded(before?.previews.find((preview) => preview.id === frame.id), frame.end, frame.text);
      return;
    case 'problem':
      settle(frame.code);
      notify({ kind: 'problem', title: t('problem.title'), text: frame.text });
      return;
    case 'signedOut':
      forget();
      return;
    case 'call':
    case 'callEnd':
      presses.value = presses.value.filter((press) => !sameCall(press, frame));
      return;
    case 'previewOffer':
      return;
  }
}

/** What the worker asked for last came to nothing: it may be asked for again. */
function settle(code: string): void {
  const about = code.split('-')[0] ?? '';
  const other = !['preview', 'call', 'state'].includes(about);
  if (other || about === 'preview') answers.value = new Map();
  if (other || about === 'call') presses.value = [];
  if (other || about === 'state') wish.value = null;
}

/** Closes a preview whose time is up although the host has not said so (it may be out of reach). */
export function expire(preview: Preview): void {
  if (!previews.value.includes(preview)) return;
  receive({ type: 'previewEnd', id: preview.id, end: 'timedOut', text: '' });
}

/** Back to the sign-in page; nothing of the worker stays in memory. */
export function forget(): void {
  snapshot.value = null;
  session.value = null;
  answers.value = new Map();
  presses.value = [];
  wish.value = null;
  pageless.value = false;
  phase.value = 'signIn';
}

function previewEnded(preview: Preview | undefined, end: PreviewEnd, text: string): void {
  if (preview === undefined) return;
  answers.value = new Map([...answers.value].filter(([id]) => id !== preview.id));
  const key: TextKey = `end.${end}`;
  const title = t(key, { caller: preview.caller === '' ? t('caller.unknown') : preview.caller });
  notify({ kind: end === 'accepted' ? 'good' : 'info', title, text });
}

function keepAnswersOf(open: Preview[]): void {
  const ids = new Set(open.map((preview) => preview.id));
  answers.value = new Map([...answers.value].filter(([id]) => ids.has(id)));
}
