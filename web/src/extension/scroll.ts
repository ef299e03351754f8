/** Where the window and its parts are scrolled to, while all is drawn anew. */

import type { Preview } from '../frames';

/** Whoever is this near to the end of a conversation follows it. */
const NEAR_PX = 30;

/** By the id of the part; none: at its end, or where it has none to follow, at its beginning. */
let scrolled: Record<string, number> = {};
/** Previews that were there when all was drawn last. */
let known: Record<number, true> = {};

/** After all was drawn: where each part was scrolled to. A conversation follows its end. */
export function scrollParts(): void {
  for (const part of document.querySelectorAll<HTMLElement>('.lines, .previews')) {
    const follows = part.className === 'lines';
    part.scrollTop = scrolled[part.id] ?? (follows ? part.scrollHeight : 0);
    part.onscroll = () => {
      if (follows && part.scrollHeight - part.scrollTop - part.clientHeight < NEAR_PX) scrolled = without(scrolled, part.id);
      else scrolled[part.id] = part.scrollTop;
    };
  }
}

/** A preview that has just come is in sight, whatever the worker reads or writes. Where the browser knows how, it stays there. */
export function bringIntoSight(previews: readonly Preview[]): void {
  const news = previews.some(({ id }) => known[id] === undefined);
  known = {};
  for (const { id } of previews) known[id] = true;
  const all = document.getElementById('previews');
  if (all === null) scrolled = without(scrolled, 'previews');
  else if (news && !isInSight(all)) all.scrollIntoView(true);
}

function isInSight(part: HTMLElement): boolean {
  const { top, bottom } = part.getBoundingClientRect();
  return top >= 0 && bottom <= window.innerHeight;
}

function without<V>(all: Record<string, V>, key: string): Record<string, V> {
  const rest: Record<string, V> = {};
  for (const other of Object.keys(all)) if (other !== key && all[other] !== undefined) rest[other] = all[other];
  return rest;
}
