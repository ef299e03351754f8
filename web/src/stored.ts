/** A choice of the worker that this browser keeps. Other tabs follow at once; without storage it lives with the page. */

import { effect, signal, type Signal } from '@preact/signals';

const PREFIX = 'uc.';

export function stored(name: string, initial: string): Signal<string> {
  const key = PREFIX + name;
  const choice = signal(read(key) ?? initial);
  let written = choice.value;
  effect(() => {
    if (choice.value === written) return;
    written = choice.value;
    write(key, choice.value);
  });
  if (typeof addEventListener === 'function') {
    addEventListener('storage', (event) => {
      if (event.key !== key) return;
      written = event.newValue ?? initial;
      choice.value = written;
    });
  }
  return choice;
}

/** The same as a switch. */
export function storedSwitch(name: string, initial: boolean): { readonly on: boolean; set: (on: boolean) => void } {
  const choice = stored(name, initial ? 'on' : 'off');
  return {
    get on() {
      return choice.value === 'on';
    },
    set: (on) => {
      choice.value = on ? 'on' : 'off';
    },
  };
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Storage is full or forbidden: the choice holds until the page closes.
  }
}
