/** Whether the worker looks at one of their pages. Shown between tabs by a shared lock, which vanishes with its tab. */

import { computed, effect, signal } from '@preact/signals';
import { onTop } from '../on-top';

const LOCK = 'uc-front';
const isFront = (): boolean => document.visibilityState === 'visible' && document.hasFocus();

/** This page is visible and has the focus. */
export const front = signal(false);

/** The same, or its small window stays on top: the worker sees what comes. */
const inSight = computed(() => front.value || onTop.value !== null);

/** Whether the worker sees any page of this browser. */
export async function anyPageInFront(): Promise<boolean> {
  if (inSight.value || !('locks' in navigator)) return inSight.value;
  const { held = [] } = await navigator.locks.query();
  return held.some((lock) => lock.name === LOCK);
}

export function watchFront(): void {
  const look = (): void => {
    front.value = isFront();
  };
  for (const name of ['focus', 'blur', 'pageshow']) addEventListener(name, look);
  document.addEventListener('visibilitychange', look);
  look();
  if (!('locks' in navigator)) return;
  effect(() => {
    if (!inSight.value) return undefined;
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    void navigator.locks.request(LOCK, { mode: 'shared' }, () => held);
    return () => {
      release();
    };
  });
}
