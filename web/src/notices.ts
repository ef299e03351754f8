/** Short messages to the worker. Bounded: the oldest goes when there are too many. */

import { signal } from '@preact/signals';

export interface Notice {
  id: number;
  /** A problem stays until it is dismissed; the others go by themselves. */
  kind: 'good' | 'info' | 'problem';
  title: string;
  /** More words; empty: none. */
  text: string;
}

const MOST = 4;
export const notices = signal<Notice[]>([]);
let last = 0;

export function notify(notice: Omit<Notice, 'id'>): void {
  last += 1;
  const others = notices.value.filter((other) => other.title !== notice.title || other.text !== notice.text);
  notices.value = [...others, { ...notice, id: last }].slice(-MOST);
}

export const dismiss = (id: number): void => {
  notices.value = notices.value.filter((notice) => notice.id !== id);
};
