/** One tab of all does a thing. The lock's holder leads; when its tab closes, crashes or can no longer do it, the next in line does. */

import { effect, signal, type ReadonlySignal } from '@preact/signals';

/**
 * Stands for election while this tab is able. Where there are no Web Locks (plain HTTP), or the browser refuses them, every
 * tab that is able leads: rather told twice than never.
 */
export function lead(name: string, able: ReadonlySignal<boolean>): ReadonlySignal<boolean> {
  if (!('locks' in navigator)) return able;
  const leading = signal(false);
  effect(() => (able.value ? stand(name, leading) : undefined));
  return leading;
}

/** Returns how to stand back. */
function stand(name: string, leading: { value: boolean }): () => void {
  const ended = new AbortController();
  const term = new Promise<void>((resolve) => {
    ended.signal.addEventListener('abort', () => { resolve(); });
  });
  const begin = (): void => {
    if (!ended.signal.aborted) leading.value = true;
  };
  navigator.locks
    .request(name, { signal: ended.signal }, () => {
      begin();
      return term;
    })
    .catch(begin);
  return () => {
    leading.value = false;
    ended.abort();
  };
}
