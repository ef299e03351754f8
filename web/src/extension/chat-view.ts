/** A chat as this page shows it. Always text, whatever is in it. What is written stays in its field while all around is drawn anew. */

import type { Chat, ChatEntry } from '../chat/frames';
import { overs } from '../chat/over';
import { keyOf } from '../chat/transcript';
import { bytesOf, drop, escalate, isOpen, keptOf, leave, types, write, writeAgain, writerOf } from './chats';
import { button, element, type Child } from './dom';
import { t } from './texts';

/** So many of the newest lines are shown; the page in the browser has the rest. */
const SHOWN = 100;

export interface ChatScene {
  live: boolean;
  /** Most bytes of a line. */
  longest: number;
  /** Nothing that has just come is pressed. */
  settled: () => boolean;
  draw: () => void;
}

let fields: Record<string, HTMLTextAreaElement> = {};
export const wishes = { asked: 'chat-asked', accepted: 'chat-accepted', refused: 'chat-notAccepted' } as const;

export const partyOf = (chat: Chat): string => (chat.parties.length === 0 ? t('caller-unknown') : chat.parties.join(', '));

/** Why it is over; empty: it is not. */
export const overOf = ({ state, words }: Chat): string => (state === 'open' || state === 'closing' ? '' : `${t(overs[state])} ${words}`);

export function chatCard(chat: Chat, scene: ChatScene): HTMLElement {
  const id = `chat-${chat.connId}-${chat.dn}`;
  const over = overOf(chat);
  const writer = writerOf(chat);
  return element(
    'div',
    { class: 'card chat', role: 'group', 'aria-labelledby': `${id}-title`, 'data-chat': chat.connId },
    element('h2', { id: `${id}-title`, tabindex: '-1', dir: 'auto' }, `${t('chat-with')} ${partyOf(chat)}`),
    chat.subject === '' ? null : element('p', { dir: 'auto' }, chat.subject),
    over === '' ? null : element('p', { dir: 'auto' }, over),
    chat.escalation === undefined ? null : element('p', { dir: 'auto' }, `${t(wishes[chat.escalation.state])} ${chat.escalation.words}`),
    transcript(chat, id, scene),
    element('p', { class: 'quiet typing' }, writer === '' ? '' : t('chat-typing', { party: writer })),
    isOpen(chat) || keptOf(chat).draft !== '' ? writing(chat, id, scene) : null,
    deeds(chat, id, scene),
  );
}

/** Only these chats are there. */
export function keepFields(chats: readonly Chat[]): void {
  const only: Record<string, HTMLTextAreaElement> = {};
  for (const chat of chats) {
    const field = fields[keyOf(chat)];
    if (field !== undefined) only[keyOf(chat)] = field;
  }
  fields = only;
}

function transcript(chat: Chat, id: string, scene: ChatScene): HTMLElement {
  const { transcript: have, outgoing } = keptOf(chat);
  const entries = have?.since === chat.since ? have.entries : [];
  const left = chat.dropped + Math.max(0, entries.length - SHOWN);
  const log = element('div', { class: 'lines', id: `${id}-lines`, role: 'group', tabindex: '0', 'aria-label': t('chat-transcript') });
  const add = (child: Child): void => {
    if (child !== null) log.appendChild(typeof child === 'string' ? document.createTextNode(child) : child);
  };
  if (left > 0) add(element('p', { class: 'quiet' }, t('chat-dropped', { number: left })));
  if (chat.missing > 0) add(element('p', { class: 'quiet' }, t('chat-missing', { number: chat.missing })));
  for (const entry of entries.slice(Math.max(0, entries.length - SHOWN))) add(said(entry, chat));
  for (const { id: line, text, refused, words } of chat.outbox) add(own(chat, `${id}-${line}`, line, text, refused, words, scene));
  for (const { id: line, text, taken, refused } of outgoing) if (!taken) add(own(chat, `${id}-${line}`, line, text, refused, '', scene));
  return log;
}

function said({ own: mine, party, kind, text, time, order, cut }: ChatEntry, chat: Chat): HTMLElement {
  const who = mine ? t('chat-you') : party;
  if (kind !== 'line') return element('p', { class: 'quiet' }, t(kind === 'joined' ? 'chat-joined' : 'chat-left', { party: who }));
  const mark = !mine ? '' : order <= chat.read ? ` · ${t('chat-read')}` : order <= chat.delivered ? ` · ${t('chat-delivered')}` : '';
  return element(
    'div',
    { class: mine ? 'line own' : 'line', 'data-line': String(order) },
    element('p', { class: 'quiet', dir: 'auto' }, `${who} ${clock(time)}${mark}`),
    element('p', { class: 'text', dir: 'auto' }, text),
    cut === undefined || cut === 0 ? null : element('p', { class: 'quiet' }, t('data-cut', { number: cut })),
  );
}

/** Without the marks that Internet Explorer puts around each part. */
const clock = (time: number): string => new Date(time).toLocaleTimeString(document.documentElement.lang, { hour: 'numeric', minute: '2-digit' }).replace(/[\u200e\u200f]/g, '');

/** A line of the worker's that is not there yet. */
function own(chat: Chat, key: string, id: string, text: string, refused: boolean, words: string, scene: ChatScene): HTMLElement {
  const again = (): void => {
    writeAgain(chat, id, text);
    scene.draw();
  };
  const away = (): void => {
    drop(chat, id);
    scene.draw();
  };
  const act = (deed: () => void): (() => void) | null => (scene.live ? () => { if (scene.settled()) deed(); } : null);
  return element(
    'div',
    { class: 'line own', 'data-own': refused ? 'refused' : 'waiting' },
    element('p', { class: 'quiet', dir: 'auto' }, `${t(refused ? 'chat-refused' : 'chat-waiting')} ${words}`),
    element('p', { class: 'text', dir: 'auto' }, text),
    refused ? element('div', { class: 'actions' }, isOpen(chat) ? button(t('chat-again'), `${key}-again`, '', act(again)) : null, button(t('chat-drop'), `${key}-drop`, '', act(away))) : null,
  );
}

function writing(chat: Chat, id: string, scene: ChatScene): HTMLElement {
  const field = (fields[keyOf(chat)] ??= element('textarea', { id: `${id}-field`, rows: '2', dir: 'auto' }));
  if (document.activeElement !== field || keptOf(chat).draft === '') field.value = keptOf(chat).draft;
  field.readOnly = chat.state !== 'open';
  const tooLong = (): boolean => bytesOf(field.value) > scene.longest;
  const warning = element('p', { class: 'wrong', id: `${id}-wrong`, role: 'alert' }, tooLong() ? t('chat-tooLong') : '');
  field.setAttribute('aria-describedby', `${id}-wrong`);
  field.setAttribute('aria-invalid', String(tooLong()));
  const go = (): void => {
    if (chat.state === 'open' && write(chat, field.value, scene.longest)) field.value = '';
    field.focus();
    scene.draw();
  };
  field.oninput = () => {
    types(chat, field.value);
    field.setAttribute('aria-invalid', String(tooLong()));
    warning.textContent = tooLong() ? t('chat-tooLong') : '';
  };
  field.onkeydown = (event) => {
    // What an input method takes is no Enter; Internet Explorer says so here alone.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    if (event.keyCode !== 13 || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    if (!event.repeat) go();
  };
  return element(
    'div',
    { class: 'writing' },
    element('label', { for: `${id}-field` }, t('chat-write')),
    field,
    warning,
    // What was written stays to be read and copied when the chat is over.
    isOpen(chat) ? button(t('chat-send'), `${id}-send`, '', scene.live && chat.state === 'open' ? go : null) : null,
  );
}

function deeds(chat: Chat, id: string, scene: ChatScene): HTMLElement {
  const act = (deed: (chat: Chat) => boolean): (() => void) | null => (scene.live ? () => { if (scene.settled()) deed(chat); } : null);
  const open = isOpen(chat);
  const asked = chat.escalation?.state === 'asked';
  const closing = chat.state === 'closing';
  return element(
    'div',
    { class: 'actions', role: 'group', 'aria-label': t('chat-actions') },
    open ? button(t('chat-escalate'), `${id}-escalate`, '', asked ? null : act(escalate)) : null,
    open ? button(t(closing ? 'chat-leaving' : 'chat-leave'), `${id}-leave`, '', closing ? null : act(leave)) : button(t('chat-done'), `${id}-done`, '', act(leave)),
  );
}
