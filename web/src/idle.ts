/** Tells the host when the worker stops touching any of their pages, and when the worker is back. */

import { effect, signal } from '@preact/signals';
import { send } from './connection';
import { live, snapshot } from './store';

const SHARE_MS = 1_000;

/** No input in any tab for the announced time. */
const idle = signal(false);

const others = typeof BroadcastChannel === 'function' ? new BroadcastChannel('uc-input') : null;
let last = performance.now();
let shared = -Infinity;

const look = (): void => {
  const after = (snapshot.value?.idleAfter ?? 0) * 1000;
  idle.value = after > 0 && performance.now() - last >= after;
};

export function watchIdle(): void {
  if (others !== null) {
    others.onmessage = () => {
      last = performance.now();
      look();
    };
  }
  watchInput(window);
  setInterval(look, 1_000);
  report();
}

/** What the worker does in this window counts. */
export function watchInput(view: Window): void {
  for (const name of ['pointerdown', 'pointermove', 'keydown', 'wheel']) {
    view.addEventListener(name, touched, { capture: true, passive: true });
  }
}

function touched(): void {
  last = performance.now();
  look();
  if (last - shared < SHARE_MS) return;
  shared = last;
  others?.postMessage('input');
}

/** A page starts as active at the host, so only a change is told, and an idle page tells it again on a new connection. */
function report(): void {
  let told = false;
  effect(() => {
    if (!live.value) {
      told = false;
      return;
    }
    if (idle.value === told) return;
    if (send({ type: 'idle', idle: idle.value })) told = idle.value;
  });
}
