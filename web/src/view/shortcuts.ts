/** The keyboard shortcuts. All can be switched off (WCAG 2.1.4), and none acts while the worker types. */

import { effect, signal } from '@preact/signals';
import { silenceAll } from '../alert/ringer';
import { shortcuts } from '../choices';
import { previews } from '../store';
import type { PlainKey } from '../text/language';

/** The sheet of shortcuts is open. */
export const sheetOpen = signal(false);
export const openSheet = (): void => {
  sheetOpen.value = true;
};

export const sheet: readonly { keys: string; text: PlainKey }[] = [
  { keys: 'Alt+P', text: 'keys-preview' },
  { keys: 'Alt+A', text: 'keys-accept' },
  { keys: 'Alt+D', text: 'keys-decline' },
  { keys: 'Alt+M', text: 'keys-silence' },
  { keys: 'Alt+S', text: 'keys-state' },
  { keys: '?', text: 'keys-sheet' },
];

/** Accept, decline, or neither: counts only while a preview has the focus (requirements F22). */
export function previewKey(event: KeyboardEvent): boolean | undefined {
  if (altLetter(event, 'a')) return true;
  return altLetter(event, 'd') ? false : undefined;
}

/** The shortcuts of the whole page. */
export function onShortcut(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.repeat || !shortcuts.on) return;
  if (altLetter(event, 'p')) document.querySelector<HTMLElement>('[data-preview]')?.focus();
  else if (altLetter(event, 's')) openStateMenu();
  else if (altLetter(event, 'm')) silenceAll();
  else if (event.key === '?' && !typing(event)) openSheet();
  else return;
  event.preventDefault();
}

/** Opens the menu of states, and puts the focus there. */
export function openStateMenu(): void {
  const button = document.querySelector<HTMLButtonElement>('#state');
  button?.focus();
  if (button?.ariaExpanded === 'false') button.click();
}

/** By the letter; by its place on the keyboard where Alt yields another sign (macOS) or the script is not Latin. */
function altLetter(event: KeyboardEvent, letter: string): boolean {
  if (!shortcuts.on || !event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return false;
  const key = event.key.toLowerCase();
  return /^[a-z]$/.test(key) ? key === letter : event.code === `Key${letter.toUpperCase()}`;
}

const typing = (event: KeyboardEvent): boolean => event.target instanceof HTMLElement && event.target.matches('input, textarea, select');

let known = 0;
// At once, before the preview is drawn: what is open over the page would keep the focus from it.
effect(() => {
  const count = previews.value.length;
  if (count > known) document.querySelector<HTMLDialogElement>('dialog[open]')?.close();
  known = count;
});
