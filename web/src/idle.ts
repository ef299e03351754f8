/** Tells the host when the worker stops touching any of their pages, and when the worker is back. */

import { computed, effect, signal } from '@preact/signals';
import { send } from './connection';
import { live, snapshot } from './store';

const SHARE_MS = 1_000;

/** No input in any tab for the announced time. */
const idle = signal(false);
/** Input in a tab of this browser since the connection was made. */
const active = signal(false);

const others = typeof BroadcastChannel === 'function' ? new BroadcastChannel('uc-input') : null;
let last = performance.now();
let shared = -Infinity;

/** After so many milliseconds without input; 0: nobody asks. */
const idleAfter = computed(() => (snapshot.value?.idleAfter ?? 0) * 1000);

const look = (): void => {
  const after = idleAfter.value;
  idle.value = after > 0 && performance.now() - last >= after;
};

export function watchIdle(): void {
  if (others !== null) {
    others.onmessage = () => {
      last = performance.now();
      active.value = true;
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
  active.value = true;
  look();
  if (last - shared < SHARE_MS) return;
  shared = last;
  others?.postMessage('input');
}

/** On each connection the first input is told, and idleness: a page that has only been loaded, or was connected again, proves nothing. */
function report(): void {
  let told: boolean | null = null;
  effect(() => {
    if (!live.value) {
      told = null;
      active.value = false;
      return;
    }
    const touched = idleAfter.value > 0 && active.value;
    if (idle.value === told || !(idle.value || touched || told === true)) return;
    if (send({ type: 'idle', idle: idle.value })) told = idle.value;
  });
}
