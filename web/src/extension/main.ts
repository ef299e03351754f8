/** The page in the extension window of a desktop UC client: state, previews, calls and chats, for Internet Explorer 11. */

import type { Chat } from '../chat/frames';
import type { Call, CallButton, ClientFrame, PreviewEnd, ServerFrame, Snapshot } from '../frames';
import { aheadOf } from '../host-time';
import { chatEnd } from '../media';
import { saysStates } from '../own-state';
import { sayState } from '../reasons';
import { applied, isServed, sameCall, type Picture } from '../snapshot';
import { attend } from './attention';
import { chatCard, keepFields, partyOf, type ChatScene } from './chat-view';
import { again, arrived, doubtTaken, follow, forgetChats, keepOnly, keptOf, refused, sayNews, takeEntries, takeTyping } from './chats';
import { connect, disconnect, send, type Away } from './connection';
import { button, element, show, type Child } from './dom';
import { note, settled } from './fresh';
import { sayReason } from './reason';
import { whoAmI } from './session';
import { bringIntoSight, isEndInSight, scrollParts } from './scroll';
import { signInForm } from './sign-in';
import { isRead, noticeOf, outlived, type Notice } from './notice';
import { forgetSpoken, say } from './spoken';
import { speak, t } from './texts';
import { forgetChoice } from './state-choice';
import { tell } from './told';
import { time } from './time';
import { forgetUnsent, keepUnsent, unsentCards } from './unsent';
import { callCard, missed, previewCards, secondsOf, stateBar, whereTo, type Actions } from './view';

const root = document.getElementById('page');
if (root === null) throw new Error('index.html has no #page');
const page = root;

let picture: Picture | null = null;
let live = false;
/** Why the host opens no page, where it says so. */
let away: Away = null;
/** A frame could not be read: page and host are not of one build. */
let outdated = false;
let notice: Notice | null = null;
/** What was said of a lost connection; empty: nothing. A short loss mends itself before anybody needs to hear of it. */
let saidAway = '';
const SILENT_MS = 3_000;
/** The host's clock is ahead of ours by so much. */
let ahead = 0;
/** Answers that the host has not confirmed, by preview; the first counts, and a new connection hears it again. */
let answers: Record<number, boolean> = {};
/** Call buttons that were pressed and have had no effect yet, and when. */
let presses: { connId: string; dn: string; button: CallButton; at: number }[] = [];
/** After this time nothing comes of it any more. */
const PRESS_MS = 30_000;
/** The outside number that each preview showed when it was answered: what the worker agreed to. */
const agreed: Record<number, string | undefined> = {};
const answerFrame = (id: number, accept: boolean): ClientFrame => {
  const redirect = agreed[id];
  return redirect === undefined || !accept ? { type: 'previewAnswer', id, accept } : { type: 'previewAnswer', id, accept, redirect };
};

/** The state that the worker has asked for, until it is so or refused. */
let asked = '';

const actions: Actions = {
  choose: (id) => {
    const sent = send(id === '__logIn' ? { type: 'logIn' } : id === '__logOut' ? { type: 'logOut' } : { type: 'choose', state: id });
    if (sent) asked = id;
  },
  answer: (id, accept) => {
    if (answers[id] !== undefined || !settled()) return;
    // eslint-disable-next-line @typescript-eslint/prefer-find -- Internet Explorer has no find
    agreed[id] = picture?.previews.filter((preview) => preview.id === id)[0]?.redirect;
    if (!send(answerFrame(id, accept))) return;
    answers[id] = accept;
    draw();
  },
  back: () => {
    if (settled()) send({ type: 'back' });
  },
  press: (call, button) => {
    const { connId, dn, state } = call;
    if (isPressed(call, button) || !settled() || !send({ type: 'call', button, connId, dn, state })) return;
    presses.push({ connId, dn, button, at: time() });
    draw();
  },
};

const isPressed = (call: Call, button: CallButton): boolean => presses.some((one) => sameCall(one, call) && one.button === button);

const ears = {
  frame: read,
  lost,
  stranger: (why: Away) => {
    if (why === 'noWorker') stranger(t('link-pageless'));
    else stranger(picture === null ? null : t('signedOut-gone'));
  },
  aliveSeconds: () => picture?.aliveSeconds ?? 0,
  awaits: () => presses.length > 0 || (picture !== null && picture.previews.length > 0),
};

/** Every frame that this page knows. */
const known: Readonly<Record<ServerFrame['type'], true>> = {
  snapshot: true,
  state: true,
  previewOffer: true,
  previewEnd: true,
  previewsSeen: true,
  call: true,
  callEnd: true,
  found: true,
  chat: true,
  chatEntries: true,
  chatTyping: true,
  chatGone: true,
  outcome: true,
  outcomeGone: true,
  problem: true,
  alive: true,
  signedOut: true,
};

const hearState = saysStates((state) => { say(t('said-state', { state: sayState(state, t) })); });

function hear(): void {
  if (picture === null) return;
  const { state, person } = picture;
  if (live && saidAway !== '') say(`${t('link-back')} ${t('said-state', { state: sayState(state, t) })}`);
  if (live) saidAway = '';
  hearState({ state, language: person.language }, state.id === asked);
  if (state.id === asked) asked = '';
}

/** What cannot be read changes nothing: what the host has said before still counts. */
function read(json: string): void {
  const before = picture;
  try {
    const frame = JSON.parse(json) as ServerFrame;
    if (!Object.prototype.hasOwnProperty.call(known, frame.type)) throw new Error(`an unknown frame: ${frame.type}`);
    take(frame);
  } catch (error) {
    console.error('the host sent a frame this page cannot read', error);
    picture = before;
    if (!outdated) say(t('link-outdated'));
    outdated = true;
    draw();
  }
}

function take(frame: ServerFrame): void {
  // Another worker has signed in with this browser meanwhile: nothing of the one before is theirs.
  if (frame.type === 'snapshot' && picture !== null && picture.person.id !== frame.person.id) forget();
  const before = picture;
  ahead = aheadOf(live || frame.type !== 'snapshot' ? ahead : -Infinity, frame, time());
  picture = applied(picture, frame);
  if (frame.type === 'snapshot') begin(before, frame);
  if (frame.type === 'chatEntries') takeEntries(frame);
  if (frame.type === 'chatTyping') takeTyping(frame);
  if (frame.type === 'chat') {
    arrived(frame);
    met(before, frame);
  }
  if ((frame.type === 'chat' || frame.type === 'chatEntries') && picture?.chats.some((chat) => sameCall(chat, frame)) === true) sayNews(frame);
  if (frame.type === 'chatGone') keepUnsent(keepOnly(picture?.chats ?? []), say);
  if (frame.type === 'previewEnd') ended(before, frame);
  if (frame.type === 'call' || frame.type === 'callEnd') presses = presses.filter((one) => !sameCall(one, frame));
  if (frame.type === 'problem') settle(frame);
  else notice = outlived(notice, frame);
  tell(before, picture, frame, time() + ahead, say, inform);
  hear();
  if (frame.type === 'signedOut') stranger(t(`signedOut-${frame.why}`));
  else draw();
}

/** What the worker asked for last came to nothing: it may be asked for again. */
function settle(frame: Extract<ServerFrame, { type: 'problem' }>): void {
  const about = frame.code.split('-')[0] ?? '';
  // eslint-disable-next-line @typescript-eslint/prefer-includes -- Internet Explorer has no includes
  const other = ['preview', 'call', 'data', 'chat', 'state', 'number', 'redirect', 'outcome'].indexOf(about) < 0;
  if (other || about === 'preview') answers = {};
  if (other || about === 'call') presses = [];
  if (other || about === 'chat') refused();
  if (other || about === 'state') asked = '';
  inform('problem', sayReason(frame), about);
}

/** What is drawn anew no screen reader reads. */
function inform(kind: Notice['kind'], text: string, about: string): void {
  notice = noticeOf(kind, text, about);
  say(text);
}

function begin(before: Snapshot | null, frame: Extract<ServerFrame, { type: 'snapshot' }>): void {
  // Of what was pressed before nobody knows what became.
  presses = live ? presses.filter((press) => time() - press.at < PRESS_MS) : [];
  live = true;
  away = null;
  speak(frame.person.language, () => {
    if (picture !== null) draw();
  });
  goneMeanwhile(before, frame);
  keepUnsent(keepOnly(frame.chats), say);
  doubtTaken();
  if (before === null) for (const chat of frame.chats) keptOf(chat).said = chat.revision;
  frame.chats.forEach(arrived);
  again(frame.chats);
  const open = answers;
  answers = {};
  for (const { id } of frame.previews) {
    const accept = open[id];
    if (accept === undefined) continue;
    answers[id] = accept;
    send(answerFrame(id, accept));
  }
}

/** Previews that ended while the host was out of reach. What became of them it may not say. */
function goneMeanwhile(before: Snapshot | null, { previews, past = [] }: Snapshot): void {
  for (const gone of before?.previews ?? []) {
    if (previews.some(({ id }) => id === gone.id)) continue;
    // eslint-disable-next-line @typescript-eslint/prefer-find -- Internet Explorer has no find
    const end = past.filter(({ id, deadline }) => id === gone.id && deadline === gone.deadline)[0]?.end;
    ended(before, { type: 'previewEnd', id: gone.id, end: end ?? 'unknown', text: '' });
  }
}

function ended(before: Snapshot | null, { id, end, text }: Ended): void {
  // eslint-disable-next-line @typescript-eslint/prefer-find -- Internet Explorer has no find
  const over = before?.previews.filter((preview) => preview.id === id)[0];
  const caller = over === undefined || over.caller === '' ? t('caller-unknown') : over.caller;
  inform('', text === '' ? t((over && chatEnd(over.mediaType, end)) ?? `end-${end}`, { caller }) : text, 'preview');
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- ids are numbers of the host, and few
  delete answers[id];
}

/** `unknown`: the host does not say how. */
type Ended = Omit<Extract<ServerFrame, { type: 'previewEnd' }>, 'end'> & { end: PreviewEnd | 'unknown' };

function lost(why: Away): void {
  live = false;
  away = why;
  window.setTimeout(sayAway, SILENT_MS);
  draw();
}

function sayAway(): void {
  if (!live && picture !== null && saidAway !== t(whyAway())) say((saidAway = t(whyAway())));
}

function stranger(why: string | null): void {
  disconnect();
  away = null;
  forget();
  if (why !== null) say(why);
  show(page, () => [why === null ? null : element('p', { class: 'notice' }, why), signInForm(start)]);
}

/** Nothing of the worker stays. */
function forget(): void {
  picture = null;
  live = false;
  answers = {};
  presses = [];
  notice = null;
  saidAway = '';
  forgetSpoken();
  asked = '';
  forgetUnsent();
  hearState(null, false);
  forgetChoice();
  // What waits is of somebody who is not signed in any more.
  composing = false;
  undrawn = 0;
  attend(null, isAnswered);
  forgetChats();
  keepFields([]);
}

/** The worker composes characters with an input method. */
let composing = false;
/** They hold a button of the mouse. */
let held = false;
/** Drawing anew ends what is composed, and takes the button from under the hand: what is new waits, and no longer than this. */
const PATIENCE_MS = 3_000;
/** Since when something waits to be drawn; 0: nothing does. */
let undrawn = 0;
/** The field takes the characters, and the button its click, after the event that says so. */
const catchUp = (): void => void window.setTimeout(() => { if (undrawn !== 0) draw(); }, 0);
document.addEventListener('compositionstart', () => { composing = true; });
document.addEventListener('compositionend', () => {
  composing = false;
  catchUp();
});
document.addEventListener('mousedown', () => { held = true; });
document.addEventListener('mouseup', () => {
  held = false;
  catchUp();
});

function draw(): void {
  attend(picture, isAnswered);
  if ((composing || held) && (undrawn === 0 || time() - undrawn < PATIENCE_MS)) {
    if (undrawn === 0) undrawn = time();
    return;
  }
  undrawn = 0;
  const at = window.pageYOffset;
  show(page, drawn);
  scrollParts();
  bringIntoSight(picture?.previews ?? []);
  note(page, window.pageYOffset !== at);
  if (live && picture !== null) follow(picture.chats, sees);
}

function drawn(): Child[] {
  const now = time() + ahead;
  const shown: Child[] = [];
  if (!live) shown.push(element('p', { class: 'notice' }, t(whyAway())));
  if (outdated) shown.push(outdatedCard());
  if (notice !== null) shown.push(element('p', { class: `notice ${notice.kind}`, dir: 'auto' }, notice.text));
  shown.push(...unsentCards(draw, settled));
  if (picture !== null) {
    shown.push(previewCards(picture, now, answers, live, actions));
    for (const call of picture.calls) shown.push(callCard(call, picture.form, live && isServed(picture, call), isPressed, actions));
    for (const chat of picture.chats) shown.push(chatCard(chat, chatScene(picture)));
    keepFields(picture.chats);
    const idle = picture.previews.length === 0 && picture.calls.length === 0 && picture.chats.length === 0;
    if (idle) shown.push(element('p', { class: 'quiet' }, t('work-empty')));
    shown.unshift(element('h1', { class: 'hidden-text' }, t('app-name')), stateBar(picture, live, actions), missed(picture, live, actions), whereTo(picture));
  }
  return shown;
}

const isAnswered = (id: number): boolean => answers[id] !== undefined;

function whyAway(): 'link-takeover' | 'link-tooMany' | 'app-starting' | 'link-lost' {
  if (away === 'takeover') return 'link-takeover';
  if (away === 'tooMany') return 'link-tooMany';
  return picture === null ? 'app-starting' : 'link-lost';
}

function outdatedCard(): HTMLElement {
  const again = button(t('link-reload'), 'reload', '', () => {
    location.reload();
  });
  return element('div', { class: 'notice' }, element('p', {}, t('link-outdated')), again);
}

const chatScene = ({ longestLine }: Snapshot): ChatScene => ({ live, longest: longestLine, settled, draw });

/** The newest line is before the worker's eyes. */
const sees = ({ connId, dn }: Chat): boolean => !document.hidden && document.hasFocus() && isEndInSight(`chat-${connId}-${dn}-lines`);

/** A chat that has just come is said; those of a page that has just opened are read with it. */
function met(before: Snapshot | null, chat: Extract<ServerFrame, { type: 'chat' }>): void {
  const known = before === null || before.chats.some((one) => sameCall(one, chat));
  if (!known) say(t('said-chat', { party: partyOf(chat) }));
}

/** Counts on, without replacing what the worker is about to press; at the end the buttons go. */
function count(): void {
  if (undrawn !== 0) draw();
  if (isRead(notice)) {
    notice = null;
    draw();
  }
  const now = time() + ahead;
  for (const shown of page.querySelectorAll('[data-deadline]')) {
    const seconds = secondsOf({ deadline: Number(shown.getAttribute('data-deadline')) }, now);
    const text = t('preview-left', { seconds });
    if (shown.textContent === text) continue;
    if (seconds === 0) {
      draw();
      return;
    }
    shown.textContent = text;
  }
}

function start(): void {
  draw();
  connect(ears);
}

/** Somebody who stops writing is not said to write, and what has come before the worker's eyes is seen. */
window.setInterval(() => {
  if (picture === null || !live) return;
  for (const one of page.querySelectorAll('.typing')) if (one.textContent !== '') draw();
  follow(picture.chats, sees);
}, 2000);

/** A held Enter presses a button again and again. */
document.addEventListener('keydown', (event) => {
  if (event.repeat && event.key === 'Enter') event.preventDefault();
});
draw();
window.setInterval(count, 250);
// The sign-in form would lose what was typed, were it drawn anew in another language.
speak(navigator.language, () => {
  whoAmI(({ status }) => {
    if (status === 401) stranger(null);
    else start();
  });
});
