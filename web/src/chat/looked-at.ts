/** Which chat the worker looks at, on this page or another one of their browser. */

import { computed, effect, signal } from '@preact/signals';
import { front } from '../alert/front';
import { shown } from './shown';
import { keyOf } from './transcript';

/** The chat before the worker's eyes on this page; empty: none. */
export const looksAt = computed(() => (front.value && shown.value !== undefined ? keyOf(shown.value) : ''));

const elsewhere = signal('');
const others = typeof BroadcastChannel === 'function' ? new BroadcastChannel('uc-chat') : null;

export const isLookedAt = (key: string): boolean => key === looksAt.value || key === elsewhere.value;

/** Tells the other pages, and is told by them. Two pages are never in front at once. */
export function watchChats(): void {
  if (others !== null) {
    others.onmessage = ({ data }: MessageEvent<string>) => {
      elsewhere.value = data;
    };
  }
  // One that ended without a word is in front no longer.
  effect(() => {
    if (front.value) elsewhere.value = '';
  });
  effect(() => others?.postMessage(looksAt.value));
  addEventListener('pagehide', () => others?.postMessage(''));
}
