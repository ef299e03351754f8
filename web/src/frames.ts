/** The JSON frames between this page and the host: the twin of `host/src/web/message.rs`, held to it by golden files. */

import { chat, chatEntriesFields, chatFields, chatRest, deed } from './chat/frames';
import { pair } from './pair';
import { reasonKeys, type Why } from './reasons';
import { flag, list, record, ShapeError, text, whole, word, type Of, type Shape } from './shape';

export const stateKinds = ['loggedOut', 'outOfService', 'ready', 'partReady', 'notReady'] as const;
export const previewEnds = ['accepted', 'rejected', 'takenByAnother', 'timedOut', 'cancelled', 'undeliverable', 'callerGone'] as const;
export const callStates = ['ringing', 'dialing', 'networkReached', 'busy', 'established', 'held'] as const;
export const callEndings = [
  'ended',
  'transferred',
  'conferenced',
  'merged',
  'redirected',
  'busy',
  'noAnswer',
  'abandoned',
  'unreachable',
  'failed',
] as const;
export const targetKinds = ['worker', 'agent', 'queue', 'routePoint', 'agentGroup', 'external'] as const;
export const outcomeAbouts = ['call', 'declined', 'missed'] as const;
export const outcomeEnds = ['saved', 'reported', 'skipped', 'late'] as const;
export const valueFormats = ['number', 'seconds', 'percent'] as const;
export const signedOutWhys = ['asked', 'expired', 'tooMany', 'account'] as const;
export const callButtons = [
  'answer',
  'release',
  'hold',
  'retrieve',
  'transfer',
  'conference',
  'redirect',
  'consultTransfer',
  'consultConference',
  'completeTransfer',
  'completeConference',
  'alternate',
  'reconnect',
  'digits',
  'mute',
  'unmute',
] as const;

/** `text`: the site's, empty where it has none; `words`: what goes into the page's own. */
const shownState = record({ id: text, icon: text, text, kind: word(stateKinds) }, { words: text });
/** Why something is not as the worker wanted it. */
const remarkFields = { why: word(Object.keys(reasonKeys) as Why[]) };
const menuEntry = record({ id: text, icon: text, text, ready: flag });
const channel = record({ dn: text, switch: text, state: shownState, marked: flag, dial: flag }, { problem: record(remarkFields, { words: text }) });
const formField = record({ key: text, label: text, group: text });
const form = record({ fields: list(formField), foldOthers: flag });
/** Without a value: it is not known now. */
const statistic = record({ label: text, format: word(valueFormats) }, { value: whole });
const target = record({ id: text, kind: word(targetKinds), name: text, group: text, number: text }, { state: shownState, busy: flag, statistics: list(statistic) });
const person = record({ id: text, name: text, language: text });

const previewFields = {
  id: whole,
  connId: text,
  mediaType: text,
  dn: text,
  deadline: whole,
  length: whole,
  caller: text,
  notes: text,
  data: list(pair),
  broadcast: flag,
};
const callFields = {
  connId: text,
  dn: text,
  state: word(callStates),
  caller: text,
  since: whole,
  data: list(pair),
  buttons: list(word(callButtons)),
  parties: list(text),
  muted: flag,
};
/** `redirect`: the outside number that the call goes to in the place of the DN. */
const previewRest = { more: whole, redirect: text };
/** Where accepted calls go. */
const redirect = record({ number: text, on: flag, locked: flag });
/** `consultOf`: ConnID of the call that a consult call was made from; `chat`: of the chat that it belongs to. */
const callRest = { more: whole, add: list(text), consultOf: text, chat: text };
const preview = record(previewFields, previewRest);
const call = record(callFields, callRest);

/** What is asked of a call or preview. `over`: else the call goes on; `waits`: it is said and not yet kept; `note`: letters, 0 for none. */
const outcomeFields = {
  id: whole,
  connId: text,
  dn: text,
  about: word(outcomeAbouts),
  caller: text,
  over: flag,
  waits: flag,
  codes: list(record({ code: text, label: text })),
  note: whole,
};
const outcome = record(outcomeFields);

/** A preview that is over; `seen`: the worker has looked at it since. */
const overPreview = record({ id: whole, at: whole, deadline: whole, caller: text, dn: text, end: word(previewEnds) }, { seen: flag });

/** The site's sounds, by what rings; empty: the built-in one. */
const sounds = record({ preview: text, chatPreview: text, call: text, chat: text });

/** What a `state` frame replaces of a snapshot. */
const stateFields = { state: shownState, menu: list(menuEntry), logIn: flag, logOut: flag, channels: list(channel) };
const snapshotFields = {
  ...stateFields,
  person,
  idleAfter: whole,
  previews: list(preview),
  calls: list(call),
  chats: list(chat),
  longestLine: whole,
  form,
  serverTime: whole,
  audio: sounds,
  note: flag,
};

export type StateKind = (typeof stateKinds)[number];
export type PreviewEnd = (typeof previewEnds)[number];
export type SignedOutWhy = (typeof signedOutWhys)[number];
export type CallState = (typeof callStates)[number];
export type CallEnding = (typeof callEndings)[number];
export type CallButton = (typeof callButtons)[number];
export type ShownState = Of<typeof shownState>;
export type MenuEntry = Of<typeof menuEntry>;
export type Channel = Of<typeof channel>;
export type { Pair } from './pair';
export type { Remark } from './reasons';
export type FormField = Of<typeof formField>;
export type Form = Of<typeof form>;
export type Person = Of<typeof person>;
export type Statistic = Of<typeof statistic>;
export type Target = Of<typeof target>;
export type Preview = Of<typeof preview>;
export type Call = Of<typeof call>;
export type Redirect = Of<typeof redirect>;
export type Outcome = Of<typeof outcome>;
export type OverPreview = Of<typeof overPreview>;
export type OutcomeEnd = (typeof outcomeEnds)[number];

const tag = <const T extends string>(type: T): { type: Shape<T> } => ({ type: word([type]) });

const serverFrames = {
  snapshot: record({ ...tag('snapshot'), ...snapshotFields }, { redirect, missed: whole, outcomes: list(outcome), past: list(overPreview), aliveSeconds: whole }),
  state: record({ ...tag('state'), ...stateFields }, { missed: whole }),
  previewOffer: record({ ...tag('previewOffer'), ...previewFields }, previewRest),
  previewEnd: record({ ...tag('previewEnd'), id: whole, end: word(previewEnds), text }),
  previewsSeen: record({ ...tag('previewsSeen'), ids: list(whole) }),
  call: record({ ...tag('call'), ...callFields }, callRest),
  callEnd: record({ ...tag('callEnd'), connId: text, dn: text, ending: word(callEndings) }),
  found: record({ ...tag('found'), query: text, targets: list(target), more: flag }),
  chat: record({ ...tag('chat'), ...chatFields }, chatRest),
  chatEntries: record({ ...tag('chatEntries'), ...chatEntriesFields }),
  chatTyping: record({ ...tag('chatTyping'), connId: text, dn: text, party: text }),
  chatGone: record({ ...tag('chatGone'), connId: text, dn: text }),
  outcome: record({ ...tag('outcome'), ...outcomeFields }),
  outcomeGone: record({ ...tag('outcomeGone'), id: whole, end: word(outcomeEnds) }),
  problem: record({ ...tag('problem'), code: text, ...remarkFields }, { words: text }),
  alive: record(tag('alive')),
  signedOut: record({ ...tag('signedOut'), why: word(signedOutWhys) }),
};

const clientFrames = {
  choose: record({ ...tag('choose'), state: text }),
  logIn: record(tag('logIn')),
  logOut: record(tag('logOut')),
  previewAnswer: record({ ...tag('previewAnswer'), id: whole, accept: flag }, { redirect: text }),
  redirect: record({ ...tag('redirect'), number: text, on: flag }),
  call: record({ ...tag('call'), button: word(callButtons), connId: text, dn: text, state: word(callStates) }, { to: text, note: text }),
  search: record({ ...tag('search'), query: text, keep: list(text) }),
  searchEnd: record(tag('searchEnd')),
  chat: record({ ...tag('chat'), connId: text, dn: text, deed }),
  dial: record({ ...tag('dial'), dn: text, to: text }),
  userData: record({ ...tag('userData'), connId: text, dn: text, key: text }, { was: text, value: text }),
  outcome: record({ ...tag('outcome'), id: whole, connId: text }, { code: text, note: text }),
  outcomeSkip: record({ ...tag('outcomeSkip'), id: whole, connId: text }),
  idle: record({ ...tag('idle'), idle: flag }),
  back: record(tag('back')),
  previewsSeen: record({ ...tag('previewsSeen'), ids: list(whole) }),
  resync: record(tag('resync')),
};

type AnyOf<F extends Record<string, Shape<unknown>>> = { [K in keyof F]: Of<F[K]> }[keyof F];
export type ServerFrame = AnyOf<typeof serverFrames>;
export type ClientFrame = AnyOf<typeof clientFrames>;
export type Snapshot = Omit<Extract<ServerFrame, { type: 'snapshot' }>, 'type'>;

function tagged<F extends Record<string, Shape<unknown>>>(frames: F): Shape<AnyOf<F>> {
  return (value, path) => {
    const type = typeof value === 'object' && value !== null ? (value as { type?: unknown }).type : undefined;
    if (typeof type !== 'string' || !Object.hasOwn(frames, type)) throw new ShapeError(`${path}.type`, 'a known frame');
    return (frames[type] as Shape<AnyOf<F>>)(value, path);
  };
}

const serverFrame = tagged(serverFrames);
const clientFrame = tagged(clientFrames);

/** Reads a frame of the host; throws `ShapeError` or `SyntaxError` when page and host are not of one build. */
export const readServerFrame = (json: string): ServerFrame => serverFrame(JSON.parse(json), 'frame');

/** Reads a frame of a page: for tests and simulated hosts. */
export const readClientFrame = (json: string): ClientFrame => clientFrame(JSON.parse(json), 'frame');

const hotkeys = record({ preview: text, accept: text, decline: text, silence: text, state: text });

/** What `POST` and `GET /api/v1/session` answer. */
const signedIn = record({ person, csrf: text, hotkeys }, { helpUrl: text });
export type Session = Of<typeof signedIn>;
export const readSession = (value: unknown): Session => signedIn(value, 'session');
