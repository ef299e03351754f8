/** The page in the extension window of a desktop UC client: state, previews and calls, for Internet Explorer 11. */

import type { ClientFrame, ServerFrame, Snapshot } from '../frames';
import { applied } from '../snapshot';
import { connect, disconnect, send } from './connection';
import { element, show, type Child } from './dom';
import { whoAmI } from './session';
import { signInForm } from './sign-in';
import { speak, t } from './texts';
import { callCard, missed, previewCard, stateBar, type Actions } from './view';

const root = document.getElementById('page');
if (root === null) throw new Error('index.html has no #page');
const page = root;

let picture: Snapshot | null = null;
let live = false;
let notice: { kind: string; text: string } | null = null;
/** The host's clock against ours. */
let ahead = 0;
/** Answers that the host has not confirmed, by preview; the first counts, and a new connection hears it again. */
let answers: Record<number, boolean> = {};
/** The outside number that each preview showed when it was answered: what the worker agreed to. */
const agreed: Record<number, string | undefined> = {};
const answerFrame = (id: number, accept: boolean): ClientFrame => {
  const redirect = agreed[id];
  return redirect === undefined || !accept ? { type: 'previewAnswer', id, accept } : { type: 'previewAnswer', id, accept, redirect };
};
/** The controls on the page, and since when: one that has just come was not aimed at. */
let controls = '';
let since = 0;
let settling = 0;
const SETTLE_MS = 500;
const settled = (): boolean => new Date().getTime() - since >= SETTLE_MS;

const actions: Actions = {
  choose: (id) => {
    if (id === '__logIn') send({ type: 'logIn' });
    else if (id === '__logOut') send({ type: 'logOut' });
    else send({ type: 'choose', state: id });
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
    send({ type: 'back' });
  },
  press: ({ connId, dn, state }, button) => {
    if (settled()) send({ type: 'call', button, connId, dn, state });
  },
};

const ears = {
  frame: take,
  lost,
  stranger: () => {
    stranger(picture === null ? null : t('signedOut-gone'));
  },
};

function take(frame: ServerFrame): void {
  const before = picture;
  picture = applied(picture, frame);
  if (frame.type === 'snapshot') begin(frame);
  if (frame.type === 'previewOffer') notice = null;
  if (frame.type === 'previewEnd') ended(before, frame);
  if (frame.type === 'problem') {
    answers = {};
    notice = { kind: 'problem', text: frame.text };
  }
  if (frame.type === 'signedOut') stranger(t(`signedOut-${frame.why}`));
  else draw();
}

function begin(frame: Extract<ServerFrame, { type: 'snapshot' }>): void {
  live = true;
  ahead = frame.serverTime - new Date().getTime();
  speak(frame.person.language, () => {
    if (picture !== null) draw();
  });
  const open = answers;
  answers = {};
  for (const { id } of frame.previews) {
    const accept = open[id];
    if (accept === undefined) continue;
    answers[id] = accept;
    send(answerFrame(id, accept));
  }
}

function ended(before: Snapshot | null, { id, end, text }: Extract<ServerFrame, { type: 'previewEnd' }>): void {
  // eslint-disable-next-line @typescript-eslint/prefer-find -- Internet Explorer has no find
  const over = before?.previews.filter((preview) => preview.id === id)[0];
  const caller = over === undefined || over.caller === '' ? t('caller-unknown') : over.caller;
  notice = { kind: '', text: text === '' ? t(`end-${end}`, { caller }) : text };
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- ids are numbers of the host, and few
  delete answers[id];
}

function lost(): void {
  live = false;
  draw();
}

function stranger(why: string | null): void {
  disconnect();
  picture = null;
  live = false;
  answers = {};
  show(page, [why === null ? null : element('p', { class: 'notice', role: 'status' }, why), signInForm(start)]);
}

function draw(): void {
  const now = new Date().getTime() + ahead;
  const shown: Child[] = [];
  if (!live) shown.push(element('p', { class: 'notice', role: 'status' }, t(picture === null ? 'app-starting' : 'link-lost')));
  if (notice !== null) shown.push(element('p', { class: `notice ${notice.kind}`, role: 'status', dir: 'auto' }, notice.text));
  if (picture !== null) {
    for (const preview of picture.previews) shown.push(previewCard(preview, picture.form, now, answers[preview.id], live, actions));
    for (const call of picture.calls) shown.push(callCard(call, picture.form, live, actions));
    const idle = picture.previews.length === 0 && picture.calls.length === 0;
    if (idle) shown.push(element('p', { class: 'quiet' }, t('work-empty')));
    shown.unshift(stateBar(picture, live, actions), missed(picture, live, actions));
  }
  show(page, shown);
  note();
}

function note(): void {
  const now = [...page.querySelectorAll('button')].map((one) => one.id).join(' ');
  if (now === controls) return;
  controls = now;
  since = new Date().getTime();
  page.setAttribute('data-fresh', '');
  clearTimeout(settling);
  settling = window.setTimeout(() => {
    page.removeAttribute('data-fresh');
  }, SETTLE_MS);
}

/** Counts on, without replacing what the worker is about to press; at the end the buttons go. */
function count(): void {
  const now = new Date().getTime() + ahead;
  for (const shown of page.querySelectorAll('[data-deadline]')) {
    const seconds = Math.max(0, Math.ceil((Number(shown.getAttribute('data-deadline')) - now) / 1000));
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

/** A held Enter presses a button again and again. */
document.addEventListener('keydown', (event) => {
  if (event.repeat && event.key === 'Enter') event.preventDefault();
});
draw();
window.setInterval(count, 250);
// The sign-in form would lose what was typed, were it drawn anew in another language.
speak(navigator.language, () => {
  whoAmI((status) => {
    if (status === 401) stranger(null);
    else start();
  });
});
