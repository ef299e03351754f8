/** What was written in chats that are gone, and not sent. Nobody has it else: it stays until the worker puts it away. */

import { button, element } from './dom';
import { t } from './texts';

const MOST = 10;
let all: string[] = [];

const words = (text: string): string => `${t('chat-lost')} ${text}`;

export function keepUnsent(texts: readonly string[], say: (text: string) => void): void {
  all = [...all, ...texts].slice(-MOST);
  for (const text of texts) say(words(text));
}

/** `settled`: nothing that has just come is pressed. */
export const unsentCards = (draw: () => void, settled: () => boolean): HTMLElement[] =>
  all.map((text, index) => {
    const putAway = button(t('chat-drop'), `unsent-${index}`, '', () => {
      if (!settled()) return;
      all = all.filter((_, other) => other !== index);
      draw();
    });
    return element('div', { class: 'notice problem' }, element('p', { dir: 'auto' }, words(text)), putAway);
  });

export function forgetUnsent(): void {
  all = [];
}
