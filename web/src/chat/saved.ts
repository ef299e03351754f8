/** A chat's transcript as a text file. */

import { t } from '../text/language';
import type { Chat } from './frames';
import { transcripts } from './kept';
import { keyOf } from './transcript';

/** What was said, a line for each. */
export function textOf(chat: Chat): string {
  const head = [chat.subject, chat.connId].filter((part) => part !== '');
  const entries = transcripts.value.get(keyOf(chat))?.entries ?? [];
  const lines = entries.map(({ time, party, own, kind, text }) => {
    const who = own ? t('chat-you') : party;
    const what = kind === 'line' ? `${who}: ${text}` : t(kind === 'joined' ? 'chat-joined' : 'chat-left', { party: who });
    return `${new Date(time).toISOString()} ${what}`;
  });
  return [...head, '', ...lines, ''].join('\n');
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
