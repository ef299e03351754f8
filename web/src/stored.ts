/** Choices that this browser keeps, its own and those of each worker. Other tabs follow at once; without storage they live with the page. */

import { computed, effect, signal, type Signal } from '@preact/signals';

const PREFIX = 'uc.';

/** Storage is full or forbidden: what the worker sets holds until the page closes. */
export const forgetful = signal(false);

/** A choice for this browser, whoever uses it. */
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

/** Whose choices count; empty: nobody is signed in. */
export const chooser = signal('');
const names: string[] = [];

/** A choice of each worker alone: whoever has the seat next finds their own. */
export interface OwnChoice {
  value: string;
  /** For whoever is at the page before a worker is known. */
  readonly setForNobody: (value: string) => void;
}

export function storedOfWorker(name: string, initial: string): OwnChoice {
  names.push(name);
  /** What was set or told since the page was opened, by worker. */
  const known = signal<ReadonlyMap<string, string>>(new Map());
  const chosen = computed(() => known.value.get(chooser.value) ?? keptOf(name, chooser.value) ?? initial);
  const show = (worker: string, value: string): void => {
    known.value = new Map(known.peek()).set(worker, value);
  };
  const set = (worker: string, value: string): void => {
    show(worker, value);
    write(keyOf(name, worker), value);
  };
  if (typeof addEventListener === 'function') {
    addEventListener('storage', ({ key, newValue }) => {
      if (key?.startsWith(keyOf(name, '')) === true) show(key.slice(keyOf(name, '').length), newValue ?? initial);
    });
  }
  return {
    get value() {
      return chosen.value;
    },
    set value(value) {
      if (value !== chosen.peek()) set(chooser.peek(), value);
    },
    setForNobody: (value) => {
      set('', value);
    },
  };
}

const keyOf = (name: string, worker: string): string => `${PREFIX}${name}.${worker}`;

/** Nobody has signed in since versions that kept one choice for all. */
const keptOf = (name: string, worker: string): string | null => item(keyOf(name, worker)) ?? (worker === '' ? item(PREFIX + name) : null);

/** This worker's choices count from now on. What a version before kept for all belongs to the first one who comes. */
export function chooseFor(worker: string): void {
  if (worker === chooser.peek()) return;
  if (worker !== '') for (const name of names) takeOver(name, worker);
  chooser.value = worker;
}

function takeOver(name: string, worker: string): void {
  const before = item(PREFIX + name);
  if (before === null) return;
  if (item(keyOf(name, worker)) === null) write(keyOf(name, worker), before);
  try {
    localStorage.removeItem(PREFIX + name);
  } catch {
    // What cannot be written cannot be read: nothing was kept.
  }
}

/** A switch of each worker alone. */
export function storedSwitch(name: string, initial: boolean): { readonly on: boolean; set: (on: boolean) => void } {
  const choice = storedOfWorker(name, initial ? 'on' : 'off');
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
  const choice = storedOfWorker(name, words[0]);
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
  const choice = storedOfWorker(name, String(initial));
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

/** The same where somebody only looks: the browser's own choices have told already that nothing is kept. */
function item(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
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
