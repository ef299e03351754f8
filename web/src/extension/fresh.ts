/** One that has just come, or was moved, was not aimed at: for a moment nothing that matters is pressed. */

import { time } from './time';

const SETTLE_MS = 500;
/** Less is no move. */
const MOVE_PX = 12;

interface Place {
  id: string;
  /** In the window, and in the page: what the worker scrolls stays in one of them. */
  top: number;
  inPage: number;
  left: number;
}

let places: Place[] = [];
let since = 0;
let settling = 0;

export const settled = (): boolean => time() - since >= SETTLE_MS;

/** After all was drawn. `scrolled`: it stands elsewhere in the window since. */
export function note(page: HTMLElement, scrolled: boolean): void {
  const before = places;
  places = [...page.querySelectorAll('button')].map(placeOf);
  if (scrolled || places.length !== before.length || places.some((place, at) => isMoved(before[at], place))) freshen(page);
}

function placeOf(button: HTMLElement): Place {
  const { top, left } = button.getBoundingClientRect();
  return { id: button.id, top, inPage: top + window.pageYOffset, left };
}

function isMoved(before: Place | undefined, { id, top, inPage, left }: Place): boolean {
  if (before?.id !== id) return true;
  const down = Math.min(Math.abs(before.top - top), Math.abs(before.inPage - inPage));
  return Math.max(down, Math.abs(before.left - left)) > MOVE_PX;
}

function freshen(page: HTMLElement): void {
  since = time();
  page.setAttribute('data-fresh', '');
  clearTimeout(settling);
  settling = window.setTimeout(() => {
    page.removeAttribute('data-fresh');
  }, SETTLE_MS);
}
