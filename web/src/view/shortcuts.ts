/** The keyboard shortcuts. All can be switched off (WCAG 2.1.4), and none acts while the worker types. */

import { computed, effect, signal } from '@preact/signals';
import { calling } from '../alert/calling';
import { silenceAll } from '../alert/ringer';
import { ownHotkeys, shortcuts } from '../choices';
import { changed, forAria, keysOf, usualHotkeys, type HotkeyAction } from '../hotkeys';
import { session } from '../store';
import type { PlainKey } from '../text/language';

/** A dialog lies over the page: nothing opens beneath it, nor on top of it. */
const covered = (): boolean => document.querySelector('dialog[open]') !== null;

/** The menu of states is open. */
export const menuOpen = signal(false);
/** The sheet of shortcuts is open. */
export const sheetOpen = signal(false);
export const openSheet = (): void => {
  if (!covered()) sheetOpen.value = true;
};

export const hotkeyTexts: Readonly<Record<HotkeyAction, PlainKey>> = {
  preview: 'keys-preview',
  accept: 'keys-accept',
  decline: 'keys-decline',
  silence: 'keys-silence',
  state: 'keys-state',
};

const sites = computed(() => changed(usualHotkeys, session.value?.hotkeys));
const own = computed<unknown>(() => {
  try {
    return JSON.parse(ownHotkeys.value);
  } catch {
    return null;
  }
});

/** The keys that count: the worker's, else the site's. */
export const hotkeys = computed(() => changed(sites.value, own.value));
/** They differ from the site's. */
export const hotkeysChanged = computed(() => hotkeys.value !== sites.value);

export function setHotkey(action: HotkeyAction, keys: string): void {
  ownHotkeys.value = JSON.stringify({ ...hotkeys.value, [action]: keys });
}

export const resetHotkeys = (): void => {
  ownHotkeys.value = '';
};

/** The keys of an action while shortcuts are on. */
export const shownKeys = (action: HotkeyAction): string | undefined => (shortcuts.on ? hotkeys.value[action] : undefined);

/** The same for `aria-keyshortcuts`. */
export function ariaKeys(action: HotkeyAction): string | undefined {
  const keys = shownKeys(action);
  return keys === undefined ? undefined : forAria(keys);
}

/** Accept, decline, or neither: counts only while a preview has the focus (requirements F22). */
export function previewKey(event: KeyboardEvent): boolean | undefined {
  if (isPressed(event, 'accept')) return true;
  return isPressed(event, 'decline') ? false : undefined;
}

/** The shortcuts of the whole page. */
export function onShortcut(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.repeat || !shortcuts.on) return;
  if (isPressed(event, 'preview')) document.querySelector<HTMLElement>('[data-preview]')?.focus();
  else if (isPressed(event, 'state')) openStateMenu();
  else if (isPressed(event, 'silence')) silenceAll();
  else if (event.key === '?' && !typing(event)) openSheet();
  else return;
  event.preventDefault();
}

/** Opens the menu of states, and puts the focus there. */
export function openStateMenu(): void {
  if (covered()) return;
  const button = document.querySelector<HTMLButtonElement>('#state');
  button?.focus();
  if (button?.ariaExpanded === 'false') button.click();
}

export const isPressed = (event: KeyboardEvent, action: HotkeyAction): boolean => shortcuts.on && keysOf(event) === hotkeys.value[action];

const typing = (event: KeyboardEvent): boolean => event.target instanceof HTMLElement && event.target.matches('input, textarea, select');

let known: readonly string[] = [];
// At once, before it is drawn: what is open over the page would keep the focus from a preview, and every hand from a call.
effect(() => {
  const keys = calling.value.filter(({ sound }) => sound !== 'chat').map(({ key }) => key);
  if (keys.some((key) => !known.includes(key))) clearTheView();
  known = keys;
});

function clearTheView(): void {
  menuOpen.value = false;
  for (const dialog of document.querySelectorAll<HTMLDialogElement>('dialog[open]')) dialog.close();
}
