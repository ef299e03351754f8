/** One tab of all does a thing. The lock's holder leads; when its tab closes or crashes, the next in line does. */

import { signal, type ReadonlySignal } from '@preact/signals';

const running = new Map<string, ReadonlySignal<boolean>>();

/** Stands for election once. Without Web Locks (plain HTTP) every tab leads: rather told twice than never. */
export function lead(name: string): ReadonlySignal<boolean> {
  const known = running.get(name);
  if (known !== undefined) return known;
  const leading = signal(!('locks' in navigator));
  running.set(name, leading);
  if (!leading.value) {
    void navigator.locks.request(name, () => {
      leading.value = true;
      return new Promise(() => undefined);
    });
  }
  return leading;
}
