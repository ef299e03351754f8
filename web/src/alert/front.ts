/** Whether the worker looks at one of their pages. Shown between tabs by a shared lock, which vanishes with its tab. */

import { effect, signal } from '@preact/signals';

const LOCK = 'uc-front';
const isFront = (): boolean => document.visibilityState === 'visible' && document.hasFocus();

/** This page is visible and has the focus. */
export const front = signal(false);

/** Whether any page of this browser is in front. */
export async function anyPageInFront(): Promise<boolean> {
  if (front.value || !('locks' in navigator)) return front.value;
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
    if (!front.value) return undefined;
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    void navigator.locks.request(LOCK, { mode: 'shared' }, () => held);
    return () => {
      release();
    };
  });
}
