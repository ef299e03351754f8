/** Where the window and its parts are scrolled to, while all is drawn anew. */

import type { Preview } from '../frames';

/** Whoever is this near to the end of a conversation follows it. */
const NEAR_PX = 30;
const END = -1;

/** By the id of the part; none: conversations are at their end, previews at their beginning. */
const scrolled: Record<string, number> = {};
/** Previews that were there when all was drawn last. */
let known: Record<number, true> = {};

/** After all was drawn: where each part was scrolled to. A conversation follows its end. */
export function scrollParts(): void {
  for (const part of document.querySelectorAll<HTMLElement>('.lines, .previews')) {
    const follows = part.className === 'lines';
    const at = scrolled[part.id] ?? (follows ? END : 0);
    part.scrollTop = at === END ? part.scrollHeight : at;
    part.onscroll = () => {
      scrolled[part.id] = follows && part.scrollHeight - part.scrollTop - part.clientHeight < NEAR_PX ? END : part.scrollTop;
    };
  }
}

/** A preview that has just come is in sight, whatever the worker reads or writes. Where the browser knows how, it stays there. */
export function bringIntoSight(previews: readonly Preview[]): void {
  const news = previews.some(({ id }) => known[id] === undefined);
  known = {};
  for (const { id } of previews) known[id] = true;
  const all = document.getElementById('previews');
  if (all === null) scrolled.previews = 0;
  else if (news && !isInSight(all)) all.scrollIntoView(true);
}

function isInSight(part: HTMLElement): boolean {
  const { top, bottom } = part.getBoundingClientRect();
  return top >= 0 && bottom <= window.innerHeight;
}

/** A conversation is at its end, and that is on the screen and not under the previews. */
export function isEndInSight(id: string): boolean {
  const lines = document.getElementById(id);
  if (lines === null || (scrolled[id] ?? END) !== END) return false;
  const { bottom } = lines.getBoundingClientRect();
  const covered = document.getElementById('previews')?.getBoundingClientRect().bottom ?? 0;
  return bottom <= window.innerHeight && bottom > Math.max(0, covered);
}
