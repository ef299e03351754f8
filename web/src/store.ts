/** Everything the page shows, in one place. Only this file and the connection write the host's word. */

import { computed, signal } from '@preact/signals';
import { hearTime, serverNow, tick } from './clock';
import { forgetChats, keepOnly, refuse, takeChat, takeEntries, writes } from './chat/kept';
import { drafts, follow, refused } from './drafts';
import type { Call, CallButton, CallEnding, Form, OverPreview, Person, Preview, PreviewEnd, ServerFrame, Session, ShownState, SignedOutWhy, Snapshot } from './frames';
import { chatEnd } from './media';
import { forgetNotices, notify, outlived } from './notices';
import { followOutcomes, forgetOutcomes, heardOfOutcomes, outcomeGone, refuseOutcomes } from './outcomes';
import { joined, looked, pastOf, pastOfHost, told, type Outcome, type PastPreview } from './past';
import { forgetSearch, found } from './search';
import { reasonText } from './refusals';
import * as requested from './requested';
import { applied, endingToTell, goesOn, isServed, sameCall, withAsked, type Picture } from './snapshot';
import { chooseFor } from './stored';
import * as typed from './typed';
import { preferLanguage, t } from './text/language';

export type Phase = 'starting' | 'signIn' | 'signedIn';
/** `gone`: the host no longer knows the session, and cannot say why. */
export type SignedOut = SignedOutWhy | 'gone';
export type Link = 'connecting' | 'open' | 'lost';

/** A state that the worker asks for. */
export interface Wish {
  readonly text: string;
  /** It is so. */
  readonly met: (state: ShownState) => boolean;
  /** When it was asked for, in milliseconds. */
  readonly asked: number;
  /** What was wrong at lines before. */
  readonly problems: readonly string[];
}

/** Which page to show. */
export const phase = signal<Phase>('starting');
/** Who is signed in, the token that guards what changes the session, and where help is. */
export const session = signal<Session | null>(null);
/** Whether the host hears us. Nothing on the page counts as true while it is not `open`. */
export const link = signal<Link>('connecting');
/** `noWorker`: the account has no page (an operator's), so that connecting again would not help. `takeover`: another node is about to serve. */
export type TurnedAway = 'noWorker' | 'tooMany' | 'takeover';
/** Why the host opens no page, where it says so. */
export const turnedAway = signal<TurnedAway | null>(null);
/** True once a frame could not be read: page and host are not of one build. */
export const outdated = signal(false);
/** The host's last word. */
export const snapshot = signal<Picture | null>(null);
/** Answers that the host has not confirmed yet, by preview. Sent again after a reconnect. */
export const answers = signal<ReadonlyMap<number, boolean>>(new Map());
/** Call buttons that were pressed and have had no effect yet. */
export const presses = signal<readonly Press[]>([]);
export interface Press {
  readonly connId: string;
  readonly dn: string;
  readonly button: CallButton;
  /** In milliseconds. */
  readonly at: number;
}
/** A T-Server that has said nothing by then may be asked again. */
const PRESS_MS = 30_000;
/** What the worker asked for that is not so yet. */
export const wish = signal<Wish | null>(null);
/** Interactions that the worker has accepted: the call that follows is no news. */
export const accepted = signal<ReadonlySet<string>>(new Set());
const REMEMBERED = 32;
/** Previews that have ended, newest first. */
export const past = signal<readonly PastPreview[]>([]);
/** Why the worker is at the sign-in page again; none: they have not been signed in. */
export const signedOut = signal<SignedOut | null>(null);

/** How the last call ended, as the host said. */
export let lastEnd: { connId: string; dn: string; ending: CallEnding } | null = null;

export const live = computed(() => link.value === 'open' && snapshot.value !== null);
export const previews = computed(() => snapshot.value?.previews ?? []);
export const calls = computed(() => snapshot.value?.calls ?? []);
/** What is asked of calls and previews, oldest first. */
export const outcomes = computed(() => snapshot.value?.outcomes ?? []);
const formless: Form = { fields: [], foldOthers: false };
/** What the site calls business data. */
export const form = computed(() => snapshot.value?.form ?? formless);

/** Whether the host's word on a call still counts: a DN out of service may have lost the call since. */
export function certain({ dn }: { dn: string }): boolean {
  return live.value && snapshot.value !== null && isServed(snapshot.value, { dn });
}

export const isPressed = (call: Call, button: CallButton): boolean =>
  presses.value.some((press) => sameCall(press, call) && press.button === button);

/** Takes a frame in. */
export function receive(frame: ServerFrame): void {
  if (frame.type === 'snapshot') belongsTo(frame.person);
  const before = snapshot.value;
  // A host that is asked whether it lives answers with a snapshot, too: what was asked for over this connection is on its way.
  const afresh = link.value !== 'open';
  // Whoever is told of the picture counts by the host's time.
  hearTime(frame, afresh);
  if (frame.type === 'callEnd') lastEnd = frame;
  const next = applied(before, frame);
  snapshot.value = before === null || next === null ? next : withAsked(before, next);
  if (frame.type !== 'snapshot' && snapshot.value !== null) requested.follow(snapshot.value, false);
  switch (frame.type) {
    case 'snapshot': {
      // With what the host's word says nothing of.
      const now = snapshot.value ?? frame;
      preferLanguage(frame.person.language);
      takePast(frame.past ?? []);
      missed(before?.previews ?? [], frame);
      presses.value = presses.value.filter((press) => isAwaited(press, before, now));
      typed.keepOnly(now.calls);
      changed(before, now);
      follow(now.calls, afresh);
      keepOnly(frame.chats);
      frame.chats.forEach(takeChat);
      followOutcomes(before, now, afresh);
      met(frame);
      requested.follow(now, afresh);
      if (afresh) doubtWish();
      return;
    }
    case 'state':
      met(frame);
      outlived('state');
      if (before !== null && calls.value.length < before.calls.length) doubtedGone(before);
      return;
    case 'previewEnd':
      outlived('preview');
      ended(before?.previews.find((preview) => preview.id === frame.id), frame);
      return;
    case 'previewsSeen':
      past.value = looked(past.value, frame.ids);
      return;
    case 'problem': {
      const title = t(frame.code === 'call-unsupported' ? 'call-unsupported' : 'problem-title');
      notify({ kind: 'problem', title, text: reasonText(frame), about: settle(frame.code) });
      return;
    }
    case 'signedOut':
      forget(frame.why);
      return;
    case 'call':
    case 'callEnd':
      // What rings under this number from now on is news again.
      if (frame.type === 'callEnd' || frame.state !== 'ringing') forgetCall(frame.connId);
      if (frame.type === 'callEnd' && !carriesOn.has(frame.ending)) cameToNothing(frame);
      presses.value = presses.value.filter((press) => !sameCall(press, frame));
      if (frame.type === 'callEnd' || goesOn(before?.calls.find((call) => sameCall(call, frame)), frame)) typed.heard(frame);
      typed.keepOnly(calls.value);
      follow(calls.value, false);
      outlived('call');
      outlived('data');
      if (frame.type === 'callEnd') callEnded(before?.calls.find((call) => sameCall(call, frame)), frame.ending);
      return;
    case 'outcome':
      outlived('outcome');
      heardOfOutcomes();
      return;
    case 'outcomeGone':
      outlived('outcome');
      outcomeGone(before?.outcomes?.find(({ id }) => id === frame.id), frame.end);
      return;
    case 'found':
      found.value = frame;
      return;
    case 'previewOffer':
      outlived('preview');
      return;
    case 'chat':
      outlived('chat');
      takeChat(frame);
      return;
    case 'chatEntries':
      takeEntries(frame);
      return;
    case 'chatTyping':
      writes(frame, frame.party);
      return;
    case 'chatGone':
      outlived('chat');
      keepOnly(snapshot.value?.chats ?? []);
      return;
    case 'alive':
      // The connection has heard it.
      return;
  }
}

/** Calls that were doubted are over. */
function doubtedGone(before: Snapshot): void {
  typed.keepOnly(calls.value);
  follow(calls.value, false);
  followOutcomes(before, snapshot.value ?? before, false);
}

/** Nothing has come of a press yet: the host says how a call is as often as it is asked for a sign of life. */
function isAwaited(press: Press, before: Snapshot | null, after: Snapshot): boolean {
  const [was, is] = [before, after].map((picture) => picture?.calls.find((call) => sameCall(call, press)));
  return link.value === 'open' && Date.now() - press.at < PRESS_MS && was !== undefined && is?.state === was.state && is.muted === was.muted;
}

/** What a snapshot says otherwise than the one before: problems with that may be over. */
function changed(before: Snapshot | null, after: Snapshot): void {
  const parts = { call: 'calls', data: 'calls', redirect: 'redirect', number: 'redirect', preview: 'previews', chat: 'chats', outcome: 'outcomes', state: 'state' } as const;
  for (const [about, part] of Object.entries(parts)) {
    if (JSON.stringify(before?.[part]) !== JSON.stringify(after[part])) outlived(about);
  }
}

/** What is asked for is so, or a line in service says why it is not. */
function met({ state, channels }: Pick<Snapshot, 'state' | 'channels'>): void {
  const asked = wish.value;
  if (asked === null) return;
  const refused = (): boolean => problemsOf(channels).some((problem) => !asked.problems.includes(problem));
  if (asked.met(state) || refused()) wish.value = null;
}

/** Whether the host has read it only the host knows, and it says nothing of it: the worker chooses again. */
function doubtWish(): void {
  if (wish.value === null) return;
  requested.doubt('state', wish.value.text);
  wish.value = null;
}

/** What is wrong at lines that are served. */
export const problemsOf = (channels: Snapshot['channels']): readonly string[] =>
  channels.filter(({ state }) => state.kind !== 'outOfService').flatMap(({ problem }) => (problem === undefined ? [] : `${problem.why} ${problem.words ?? ''}`));

/** What the host has kept, also of previews that this page never showed. */
function takePast(kept: readonly OverPreview[]): void {
  const all = joined(past.value, kept.map(pastOfHost));
  if (JSON.stringify(all) !== JSON.stringify(past.value)) past.value = all;
}

/** Previews that ended while the host was out of reach. What became of them it may not say. */
function missed(before: readonly Preview[], { previews: open, past: over }: Snapshot): void {
  for (const preview of before.filter(({ id }) => !open.some((other) => other.id === id))) {
    const end = over?.find(({ id, deadline }) => id === preview.id && deadline === preview.deadline)?.end;
    if (end !== undefined) {
      previewEnded(preview, end, '', end);
      continue;
    }
    if (answers.value.get(preview.id) === true) remember(preview);
    note(preview, 'unknown');
    notify({ kind: 'info', title: t('end-unknown', { caller: preview.caller === '' ? t('caller-unknown') : preview.caller }), text: '' });
  }
  const ids = new Set(open.map(({ id }) => id));
  answers.value = new Map([...answers.value].filter(([id]) => ids.has(id)));
}

function remember({ connId }: Preview): void {
  accepted.value = new Set([...accepted.value, connId].slice(-REMEMBERED));
}

function forgetCall(connId: string): void {
  if (accepted.value.has(connId)) accepted.value = new Set([...accepted.value].filter((other) => other !== connId));
}

/** What the worker asked for last came to nothing: it may be asked for again. Returns what it was about. */
function settle(code: string): string {
  const about = code.split('-')[0] ?? '';
  const other = !['preview', 'call', 'data', 'chat', 'state', 'number', 'redirect', 'outcome'].includes(about);
  if (other || about === 'preview') answers.value = new Map();
  if (other || about === 'call') {
    presses.value = [];
    typed.refuse();
  }
  if (other || about === 'data') refused();
  if (other || about === 'chat') refuse();
  if (other || about === 'outcome') refuseOutcomes();
  if (other) requested.refuse();
  else requested.refuse(about);
  // A state that waits is still asked for.
  if (other || code === 'state-refused') wish.value = null;
  return about;
}

/** Closes a preview whose time is up although the host has not said so (it may be out of reach). */
export function expire(preview: Preview): void {
  if (!previews.value.includes(preview)) return;
  // An answer that the host may have heard: only it knows.
  if (!live.value && answers.value.has(preview.id)) return;
  tick();
  snapshot.value = applied(snapshot.value, { type: 'previewEnd', id: preview.id, end: 'timedOut', text: '' });
  // Only the host knows what became of it, and may still say so.
  previewEnded(preview, 'timedOut', '', 'unknown');
}

/** Back to the sign-in page. */
export function forget(why: SignedOut): void {
  clear();
  signedOut.value = why;
  turnedAway.value = null;
  phase.value = 'signIn';
}

/** The host says whose this is. Another worker may have signed in with this browser meanwhile: nothing of the one before is theirs. */
export function belongsTo({ id }: Person): void {
  const before = snapshot.value?.person ?? session.value?.person;
  if (before !== undefined && before.id !== id) clear();
  chooseFor(id);
}

/** Nothing of the worker stays in memory. */
function clear(): void {
  accepted.value = new Set();
  past.value = [];
  snapshot.value = null;
  session.value = null;
  answers.value = new Map();
  presses.value = [];
  drafts.value = [];
  typed.forget();
  requested.forget();
  forgetChats();
  forgetOutcomes();
  forgetNotices();
  forgetSearch();
  wish.value = null;
  chooseFor('');
}

/** Ends that are what passing a call on was meant to bring about. */
const carriesOn: ReadonlySet<CallEnding> = new Set(['transferred', 'conferenced', 'merged', 'redirected']);

/** Whoever is promised to somebody else waits for them: the worker is told what has not come about, and that its end has overtaken it. */
function cameToNothing(of: { connId: string; dn: string }): void {
  typed.cameToNothing(of);
  for (const button of ['completeTransfer', 'completeConference'] as const) {
    if (presses.value.some((press) => sameCall(press, of) && press.button === button)) notify({ kind: 'problem', title: t('press-lost', { what: t(`button-${button}`) }), text: '' });
  }
}

function callEnded(call: Call | undefined, ending: CallEnding): void {
  if (call === undefined) return;
  const told = endingToTell(call, ending);
  if (told === 'nothing' || told === 'ended') return;
  notify({ kind: told === 'transferred' || told === 'conferenced' ? 'good' : 'info', title: t(`ended-${told}`, { caller: call.caller === '' ? t('caller-unknown') : call.caller }), text: '' });
}

function ended(preview: Preview | undefined, { id, end, text }: { id: number; end: PreviewEnd; text: string }): void {
  if (preview === undefined) past.value = told(past.value, id, end);
  else previewEnded(preview, end, text, end);
}

function previewEnded(preview: Preview, end: PreviewEnd, text: string, outcome: Outcome): void {
  note(preview, outcome);
  answers.value = new Map([...answers.value].filter(([id]) => id !== preview.id));
  if (end === 'accepted') remember(preview);
  const title = t(chatEnd(preview.mediaType, end) ?? `end-${end}`, { caller: preview.caller === '' ? t('caller-unknown') : preview.caller });
  notify({ kind: end === 'accepted' ? 'good' : 'info', title, text });
}

function note(preview: Preview, outcome: Outcome): void {
  past.value = joined(past.value, [pastOf(preview, serverNow(), outcome)]);
}
