/** A choice of the worker that this browser keeps. Other tabs follow at once; without storage it lives with the page. */

import { effect, signal, type Signal } from '@preact/signals';

const PREFIX = 'uc.';

/** Storage is full or forbidden: what the worker sets holds until the page closes. */
export const forgetful = signal(false);

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

/** The same as one of these words, at first the first. */
export function storedWord<const W extends string>(name: string, words: readonly [W, ...W[]]): { readonly value: W; set: (word: W) => void } {
  const choice = stored(name, words[0]);
  return {
    get value() {
      return words.find((word) => word === choice.value) ?? words[0];
    },
    set: (word) => {
      choice.value = word;
    },
  };
}

/** The same as a whole number from 0 to `most`. */
export function storedNumber(name: string, initial: number, most: number): { readonly value: number; set: (value: number) => void } {
  const choice = stored(name, String(initial));
  return {
    get value() {
      const value = Number.parseInt(choice.value, 10);
      return value >= 0 && value <= most ? value : initial;
    },
    set: (value) => {
      choice.value = String(value);
    },
  };
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    forgetful.value = true;
    return null;
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
    forgetful.value = false;
  } catch {
    forgetful.value = true;
  }
}
