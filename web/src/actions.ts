/** What the worker can do. Each action is one frame; nothing changes on the page before the host confirms it. */

import { newAnswer } from './agreed';
import { send } from './connection';
import { redraft, type Draft } from './drafts';
import type { Call, CallButton, ClientFrame, MenuEntry, Outcome, ShownState, Snapshot } from './frames';
import { whole } from './letters';
import { draftOf, redraft as redraftOutcome } from './outcomes';
import { request } from './requested';
import { ends, opens } from './search';
import { goesOn, sameCall } from './snapshot';
import { answers, isPressed, presses, problemsOf, snapshot, wish } from './store';
import { t } from './text/language';
import { isAlike } from './typed-number';

export function choose(entry: MenuEntry): void {
  // The document may show the state by another definition: then it counts that it is another one, and as willing.
  const before = snapshot.value?.state;
  const met = (state: ShownState): boolean =>
    state.id === entry.id || ((state.text !== before?.text || state.id !== before.id) && (state.kind === 'ready') === entry.ready);
  ask({ type: 'choose', state: entry.id }, entry.text, met);
}

/** They are there again, after they have missed previews. */
export function comeBack(): void {
  send({ type: 'back' });
}

export function logIn(): void {
  ask({ type: 'logIn' }, t('menu-logIn'), ({ kind }) => kind !== 'loggedOut');
}

export function logOut(): void {
  ask({ type: 'logOut' }, t('menu-logOut'), ({ kind }) => kind === 'loggedOut');
}

function ask(frame: ClientFrame, text: string, met: (state: ShownState) => boolean): void {
  if (!send(frame)) return;
  const state = snapshot.value?.state;
  const problems = problemsOf(snapshot.value?.channels ?? []);
  wish.value = state !== undefined && met(state) ? null : { text, met, asked: Date.now(), problems };
}

/** The first answer counts; pressing again changes nothing. */
export function answer(id: number, accept: boolean): void {
  if (answers.value.has(id)) return;
  if (send(newAnswer(id, accept))) answers.value = new Map(answers.value).set(id, accept);
}

/** Accepted calls go to this outside number, or to the worker's own again. */
export function redirectTo(number: string, on: boolean): void {
  const before = JSON.stringify(snapshot.value?.redirect);
  if (!send({ type: 'redirect', number, on })) return;
  const done = ({ redirect }: Snapshot): boolean => JSON.stringify(redirect) !== before || (redirect?.on === on && isAlike(number, redirect.number));
  request('redirect', t(on ? 'outside-go' : 'outside-stop'), done, on ? number : '');
}

/** Pressing again changes nothing, until the host has said what came of it. */
export function press(call: Call, button: CallButton, to?: string, note = ''): void {
  const { connId, dn, state } = call;
  if (isPressed(call, button)) return;
  const sent = send({ type: 'call', button, connId, dn, state, ...(to === undefined ? {} : { to }), ...(note === '' ? {} : { note }) });
  if (!sent) return;
  presses.value = [...presses.value, { connId, dn, button, at: Date.now() }];
  const came = ({ calls }: Snapshot): boolean => {
    const now = calls.find((other) => sameCall(other, call));
    return now?.muted !== call.muted || goesOn(call, now);
  };
  request('call', buttonText(button), came, [to ?? call.caller, note].filter((part) => part !== '').join('\n'));
}

/** What a button says; the two ways of passing a call on are one of them. */
export function buttonText(button: CallButton): string {
  return t(`button-${button === 'consultTransfer' ? 'transfer' : button === 'consultConference' ? 'conference' : button}`);
}

/** Sends digits into a call. What comes of each is nobody's to wait for. Returns whether they have left. */
export function sendDigits({ connId, dn, state }: Call, digits: string): boolean {
  return send({ type: 'call', button: 'digits', connId, dn, state, to: digits });
}

/** Calls a number from one of the worker's. */
export function dial(dn: string, to: string): void {
  const known = snapshot.value?.calls ?? [];
  if (!send({ type: 'dial', dn, to })) return;
  // It is nobody's to make it a second time.
  request('call', t('dial-open'), ({ calls }) => calls.some((call) => call.dn === dn && !known.some((other) => sameCall(other, call))), to);
}

/** Looks for somebody from now on; who is found is told again when it changes. */
export function search(field: string, query: string, keep: readonly string[]): void {
  send(opens(field, query, keep));
}

/** This field looks no longer. */
export function endSearch(field: string): void {
  if (ends(field)) send({ type: 'searchEnd' });
}

/** Asks for another value of a pair; none: that it goes. What is shown changes when the T-Server says so. */
export function changeData(draft: Draft, written: string | undefined): void {
  const { connId, dn, key, was } = draft;
  // As it is sent: what comes back is held against it.
  const value = written === undefined ? undefined : whole(written);
  const sent = send({ type: 'userData', connId, dn, key, ...(was === undefined ? {} : { was }), ...(value === undefined ? {} : { value }) });
  if (sent) redraft(draft, { waiting: { value }, meanwhile: false });
}

/** Says what came of a call or preview. It is kept when the host says so. */
export function giveOutcome(outcome: Outcome): void {
  const { id, connId } = outcome;
  const { code, note } = draftOf(outcome);
  const text = whole(note).trim();
  const sent = send({ type: 'outcome', id, connId, ...(code === '' ? {} : { code }), ...(text === '' ? {} : { note: text }) });
  if (sent) redraftOutcome(outcome, { sent, given: text });
}

/** Has nothing to say of it. */
export function skipOutcome(outcome: Outcome): void {
  const { id, connId } = outcome;
  if (send({ type: 'outcomeSkip', id, connId })) redraftOutcome(outcome, { given: null });
}
