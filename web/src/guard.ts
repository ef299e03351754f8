/** One gesture, one action: what has just come under the worker's hand is not what they aimed at. */

import { useLayoutEffect, useRef } from 'preact/hooks';
import { composes } from './composing';

/** How long a control stands still before it takes input: nobody sees and decides in less. */
export const SETTLE_MS = 500;
/** Less is no move. */
const MOVE_PX = 12;
/** Two presses within this distance, one soon after the other, are a double click. */
const NEAR_PX = 24;
/** Scrolling goes on this long after the hand has left. */
const SCROLL_MS = 1_000;

interface Place {
  x: number;
  y: number;
  since: number;
  shown: ReturnType<typeof setTimeout> | undefined;
}

const places = new Map<HTMLElement, Place>();

/** Guards a control, or a card that keys answer, for as long as it is on the page. `asked`: the worker has just made it come, and aims at it. */
export function useGuard(control: { current: HTMLElement | null }, asked = false): void {
  const fresh = useRef(!asked);
  useLayoutEffect(() => {
    const element = control.current;
    if (element === null) return undefined;
    const { x, y } = element.getBoundingClientRect();
    places.set(element, { x, y, since: -Infinity, shown: undefined });
    if (fresh.current) freshen(element);
    return () => {
      clearTimeout(places.get(element)?.shown);
      places.delete(element);
    };
  }, [control]);
}

/** Whether a control has stood where it stands long enough to be what the worker aims at. */
export function settled(control: HTMLElement | null): boolean {
  const place = control === null ? undefined : places.get(control);
  return place === undefined || performance.now() - place.since >= SETTLE_MS;
}

/** What comes next at this control is not meant for it: it came here, or the focus did, without the worker. */
export function freshen(control: HTMLElement): void {
  const place = places.get(control);
  if (place === undefined) return;
  place.since = performance.now();
  control.toggleAttribute('data-fresh', true);
  clearTimeout(place.shown);
  place.shown = setTimeout(() => control.toggleAttribute('data-fresh', false), SETTLE_MS);
}

/** Where the focus was put last, and when. */
const given: { to: HTMLElement | null; at: number } = { to: null, at: -Infinity };

/** Puts the focus there because what had it is gone: a key that is still under way was meant for that. */
export function giveFocus(control: HTMLElement | null): void {
  if (control === null) return;
  freshen(control);
  control.focus();
  Object.assign(given, { to: control, at: performance.now() });
}

export const startGuard = (): void => {
  guardWindow(window);
};

/** Guards the controls of a window: the page's, or one that the page has opened. */
export function guardWindow(view: Window): void {
  let hand = -Infinity;
  const touched = (): void => {
    hand = performance.now();
  };
  for (const name of ['wheel', 'touchmove', 'keydown', 'pointerdown']) view.addEventListener(name, touched, { capture: true, passive: true });
  // Whatever moves a control: cards that come and go, a banner, a fold, another width of the window.
  const changes = new MutationObserver(() => {
    look(true);
  });
  changes.observe(view.document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ['class', 'hidden', 'open'] });
  view.addEventListener('resize', () => {
    look(true);
  });
  const scrolled = (): void => {
    look(performance.now() - hand > SCROLL_MS);
  };
  view.addEventListener('scroll', scrolled, { capture: true, passive: true });
  view.addEventListener('keydown', strayEnter, { capture: true });
  view.addEventListener('click', astray, { capture: true });
  view.addEventListener('click', doubleClick(), { capture: true });
}

/** Notes where the controls stand; one that was moved by something else than the worker is fresh. */
function look(foreign: boolean): void {
  for (const [control, place] of places) {
    const { x, y } = control.getBoundingClientRect();
    if (foreign && Math.max(Math.abs(x - place.x), Math.abs(y - place.y)) > MOVE_PX) freshen(control);
    Object.assign(place, { x, y });
  }
}

/** A held Enter presses a button again and again, also the one that takes its place; one that ends what was composed sends no form. */
function strayEnter(event: KeyboardEvent): void {
  if (event.key !== 'Enter') return;
  const writing = event.target instanceof HTMLTextAreaElement;
  if ((event.repeat && !writing) || (composes(event) && !event.isComposing)) event.preventDefault();
}

/** A key presses what has just been given the focus, guarded or not. */
function astray(event: MouseEvent): void {
  if (event.detail !== 0 || event.target !== given.to || performance.now() - given.at >= SETTLE_MS) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}

/** What was clicked on last. */
interface Clicked {
  x: number;
  y: number;
  at: number;
  on: Element | null;
  guarded: boolean;
}

/**
 * The second half of a double click acts on nothing that is guarded, and on nothing at all where the first half took away what it
 * was on: another line of a list is there now. After a click on anything else that stays the worker aims anew.
 */
function doubleClick(): (event: MouseEvent) => void {
  let last: Clicked = { x: 0, y: 0, at: -Infinity, on: null, guarded: false };
  return (event) => {
    // A key's click has no place.
    if (event.detail === 0) return;
    const now = clicked(event);
    const soon = now.at - last.at < SETTLE_MS && Math.hypot(now.x - last.x, now.y - last.y) < NEAR_PX;
    const again = soon && (isGone(last.on) || (last.guarded && now.guarded));
    // A third one is a second half, too.
    last = again ? { ...last, at: now.at } : now;
    if (!again) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };
}

function clicked({ target, clientX: x, clientY: y }: MouseEvent): Clicked {
  const element = target as Element;
  const guarded = [...places.keys()].some((control) => control.contains(element));
  return { x, y, at: performance.now(), on: element.closest('button, a, [role]') ?? element, guarded };
}

/** It is on the page no longer, or in a part that is closed. */
const isGone = (element: Element | null): boolean => element?.getClientRects().length === 0;
