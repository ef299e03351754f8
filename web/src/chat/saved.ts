/** A chat's transcript as a text file. */

import { t } from '../text/language';
import type { Chat } from './frames';
import { transcripts, unshown } from './kept';
import { keyOf, lacking } from './transcript';

/** Whether this page has everything that the host has of a chat. */
export const isWhole = (chat: Chat): boolean => lacking(transcripts.value.get(keyOf(chat)), chat) === undefined;

/** What was said, a line for each; what is lacking of it, and what was not sent, as the page says it. */
export function textOf(chat: Chat): string {
  const head = [chat.subject, chat.connId].filter((part) => part !== '');
  const entries = transcripts.value.get(keyOf(chat))?.entries ?? [];
  const lines = entries.map(({ time, party, own, kind, text, cut = 0 }) => {
    const who = own ? t('chat-you') : party;
    const what = kind === 'line' ? `${who}: ${text}` : t(kind === 'joined' ? 'chat-joined' : 'chat-left', { party: who });
    return `${new Date(time).toISOString()} ${what}${cut > 0 ? ` [${t('data-cut', { number: cut })}]` : ''}`;
  });
  const left = [
    ...(chat.dropped > 0 ? [t('chat-dropped', { number: chat.dropped })] : []),
    ...(chat.missing > 0 ? [t('chat-missing', { number: chat.missing })] : []),
  ];
  const unsent = [...chat.outbox, ...unshown(chat)].map(({ text, refused }) => `[${t(refused ? 'chat-refused' : 'chat-waiting')}] ${t('chat-you')}: ${text}`);
  return [...head, '', ...left, ...lines, ...unsent, ''].join('\n');
}

/** Hands the file to the browser. */
export function save(chat: Chat): void {
  const url = URL.createObjectURL(new Blob([textOf(chat)], { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `chat-${chat.connId}.txt`;
  link.click();
  setTimeout(() => { URL.revokeObjectURL(url); }, 60_000);
}
