/** Whether the worker looks at one of their pages. Shown between tabs by a shared lock, which vanishes with its tab. */

import { computed, effect, signal, untracked } from '@preact/signals';
import { onTop } from '../on-top';

const LOCK = 'uc-front';
const isFront = (): boolean => document.visibilityState === 'visible' && document.hasFocus();

/** This page is visible and has the focus. */
export const front = signal(false);

/** The same, or its small window stays on top: the worker sees what comes. */
const inSight = computed(() => front.value || onTop.value !== null);

/** How often a page of this browser was left, as far as this one knows. */
export const left = signal(0);
const others = typeof BroadcastChannel === 'function' ? new BroadcastChannel('uc-left') : null;

function leave(): void {
  left.value += 1;
  others?.postMessage(null);
}

/** Whether the worker sees any page of this browser. */
export async function anyPageInFront(): Promise<boolean> {
  if (inSight.value || !('locks' in navigator)) return inSight.value;
  // A browser that refuses locks knows of this page alone.
  const { held = [] } = await navigator.locks.query().catch((): LockManagerSnapshot => ({}));
  return held.some((lock) => lock.name === LOCK);
}

export function watchFront(): void {
  const look = (): void => {
    front.value = isFront();
  };
  for (const name of ['focus', 'blur', 'pageshow']) addEventListener(name, look);
  document.addEventListener('visibilitychange', look);
  look();
  if (others !== null) {
    others.onmessage = () => {
      left.value += 1;
    };
  }
  if (!('locks' in navigator)) {
    let before = inSight.value;
    effect(() => {
      const now = inSight.value;
      if (before && !now) untracked(leave);
      before = now;
    });
    return;
  }
  effect(() => {
    if (!inSight.value) return undefined;
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    // Whoever asks on being told finds the lock free.
    navigator.locks.request(LOCK, { mode: 'shared' }, () => held).then(leave, () => void held.then(leave));
    return () => {
      release();
    };
  });
}
