/** What is said to screen readers of previews and calls: what is drawn anew would be read again, or not at all. */

import type { Chat } from '../chat/frames';
import type { Call, Preview, ServerFrame, Snapshot } from '../frames';
import { titleOf } from '../media';
import { placeOf } from '../outside';
import { endingToTell, sameCall } from '../snapshot';
import { overOf, partyOf, wishes } from './chat-view';
import { t } from './texts';
import { callerOf, secondsOf } from './view';

/** Each by its name: a text that decides by a number is not for old browsers. */
const words = { ringing: 'said-ringing', dialing: 'said-dialing', busy: 'said-busy', established: 'said-established', held: 'said-held' } as const;

type Say = (text: string) => void;
/** Shows it, too. */
type Inform = (kind: '', text: string, about: string) => void;

/** Says what has changed by a frame; what a page shows when it opens is read with it. */
export function tell(before: Snapshot | null, after: Snapshot | null, frame: ServerFrame, now: number, say: Say, inform: Inform): void {
  if (before === null || after === null) return;
  for (const preview of after.previews) {
    if (!before.previews.some(({ id }) => id === preview.id)) say(offerOf(preview, now));
  }
  // That is where the calls of open previews go, too.
  const place = placeOf(after, t);
  if (place !== '' && place !== placeOf(before, t)) say(place);
  for (const call of after.calls) {
    // eslint-disable-next-line @typescript-eslint/prefer-find -- Internet Explorer has no find
    const known = before.calls.filter((one) => sameCall(one, call))[0]?.state;
    if (known !== call.state && call.state !== 'networkReached') say(t(known === 'held' && call.state === 'established' ? 'said-retrieved' : words[call.state], { caller: callerOf(call) }));
  }
  for (const call of before.calls) {
    if (!after.calls.some((one) => sameCall(one, call))) ended(call, frame, say, inform);
  }
  for (const chat of after.chats) {
    // eslint-disable-next-line @typescript-eslint/prefer-find -- Internet Explorer has no find
    const known = before.chats.filter((one) => sameCall(one, chat))[0];
    if (known !== undefined) chatChanged(known, chat, say);
  }
}

/** From whom it is, where it goes, and how long it waits. */
function offerOf(preview: Preview, now: number): string {
  const parts = [t(titleOf(preview.mediaType), { caller: callerOf(preview) }), t('preview-left', { seconds: secondsOf(preview, now) })];
  if (preview.redirect !== undefined) parts.splice(1, 0, t('preview-redirect', { number: preview.redirect }));
  return parts.join(', ');
}

/** How it ended is shown where that is worth a word of its own. */
function ended(call: Call, frame: ServerFrame, say: Say, inform: Inform): void {
  const how = frame.type === 'callEnd' && sameCall(frame, call) ? endingToTell(call, frame.ending) : 'ended';
  const caller = { caller: callerOf(call) };
  if (how === 'ended') say(t('said-ended', caller));
  else if (how !== 'nothing') inform('', t(`ended-${how}`, caller), 'call');
}

/** That it is over, how it stands with the wish to talk, and what was not sent. */
function chatChanged(before: Chat, chat: Chat, say: Say): void {
  const { escalation, outbox } = chat;
  if (overOf(before) !== overOf(chat)) say(`${t('said-chat', { party: partyOf(chat) })}: ${overOf(chat)}`);
  if (escalation !== undefined && escalation.state !== before.escalation?.state) say(`${t(wishes[escalation.state])} ${escalation.words}`);
  for (const { id, refused, words } of outbox) {
    if (refused && !before.outbox.some((line) => line.id === id && line.refused)) say(`${t('chat-refused')} ${words}`);
  }
}
