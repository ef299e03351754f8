/** Short messages to the worker. Bounded: where there are too many, the oldest goes that is no problem. */

import { signal } from '@preact/signals';

export interface Notice {
  id: number;
  /** A problem stays until it is dismissed or no longer true; the others go by themselves. */
  kind: 'good' | 'info' | 'problem';
  title: string;
  /** More words; empty: none. */
  text: string;
  /** What a problem is about: the first word of its code. */
  about?: string;
  /** The problem is over: it goes like the others. */
  over?: boolean;
}

const MOST = 4;
/** Problems, which only the worker dismisses, go later. */
const MOST_PROBLEMS = 8;
export const notices = signal<Notice[]>([]);
let last = 0;

export function notify(notice: Omit<Notice, 'id'>): void {
  last += 1;
  const others = notices.value.filter((other) => other.title !== notice.title || other.text !== notice.text);
  notices.value = bounded([...others, { ...notice, id: last }]);
}

function bounded(all: Notice[]): Notice[] {
  const passing = all.filter(({ kind, over }) => kind !== 'problem' || over === true);
  const problems = all.filter((notice) => !passing.includes(notice)).slice(-MOST_PROBLEMS);
  // What has just come is shown in any case.
  const kept = new Set([...passing.slice(-Math.max(1, MOST - problems.length)), ...problems]);
  return all.filter((notice) => kept.has(notice));
}

/** Nothing of the worker stays in memory. */
export const forgetNotices = (): void => {
  notices.value = [];
};

export const dismiss = (id: number): void => {
  notices.value = notices.value.filter((notice) => notice.id !== id);
};

/** Something has changed since: problems about it may no longer be true, and go when they have been read. */
export function outlived(about: string): void {
  if (!notices.value.some((notice) => notice.about === about && notice.over !== true)) return;
  notices.value = notices.value.map((notice) => (notice.about === about ? { ...notice, over: true } : notice));
}
