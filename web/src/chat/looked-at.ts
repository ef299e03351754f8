/** Which chat the worker looks at, on this page or another one of their browser. */

import { computed, effect, signal } from '@preact/signals';
import { front } from '../alert/front';
import { shown } from './shown';
import { keyOf } from './transcript';

/** Of the chat that is shown: whether its newest line is on the screen, and under nothing; null: not drawn yet. */
export const sight = signal<{ readonly of: string; readonly end: boolean } | null>(null);
const inFront = computed(() => (front.value && shown.value !== undefined ? keyOf(shown.value) : ''));
/** The chat before the worker's eyes on this page; empty: none. */
export const looksAt = computed(() => (sight.value?.of === inFront.value && sight.value.end ? inFront.value : ''));
/** It has just come to be shown: whether the worker sees it shows with the next frame. */
export const isUndecided = (key: string): boolean => key === inFront.value && sight.value?.of !== key;

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
