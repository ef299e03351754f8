/** Keeps the focus where the worker is when what holds it changes or goes. */

import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { giveFocus } from '../guard';

/** What stands in the place of a button once it has done what it says. */
const counterparts: Readonly<Record<string, string>> = { mute: 'unmute', unmute: 'mute', hold: 'retrieve', retrieve: 'hold' };

/** The name of the counterpart on a card, where the caller's buttons stand beside those of a consult call. */
const counterpartOf = (name: string): string => name.replace(/\w+$/, (last) => counterparts[last] ?? '');

/** What had the focus last, within a part of the page. Noted as it moves: when that part is gone, so is the answer. */
export class LastFocus {
  #last: HTMLElement | null = null;

  /** Begins to note; returns what ends it. */
  watch(part: HTMLElement | null): () => void {
    const note = ({ target }: FocusEvent): void => {
      this.#last = part?.contains(target as Node) === true ? (target as HTMLElement) : null;
    };
    // A click beside all controls takes the focus from what stays; one that goes takes it along.
    const left = (): void => {
      queueMicrotask(() => {
        if (document.activeElement === document.body && this.#last?.isConnected === true) this.#last = null;
      });
    };
    document.addEventListener('focusin', note);
    document.addEventListener('focusout', left);
    return () => {
      document.removeEventListener('focusin', note);
      document.removeEventListener('focusout', left);
    };
  }

  /** What had the focus and is gone, or is about to go and has it still; none: nothing, or the worker has clicked beside it. */
  lost(goes = false): HTMLElement | null {
    const last = this.#last;
    return last !== null && (!last.isConnected || (goes && document.activeElement === last)) ? last : null;
  }
}

/**
 * The focus of a card of buttons: a button that goes passes it on to its counterpart, else to the first one there is, and the
 * card to `#work`. Buttons carry `data-button`.
 */
export function useFocusKept(card: { current: HTMLElement | null }): void {
  const last = useRef(new LastFocus()).current;
  useLayoutEffect(() => {
    const end = last.watch(card.current);
    return () => {
      end();
      if (last.lost(true) !== null) giveFocus(document.getElementById('work'));
    };
  }, [card, last]);
  useLayoutEffect(() => {
    const gone = last.lost();
    if (gone === null || document.activeElement !== document.body) return;
    // Whoever still writes presses no button with it.
    if (gone.matches('input, textarea')) card.current?.focus();
    else giveFocus(nextOf(card.current, gone.dataset.button ?? ''));
  });
}

/** Where the focus of a button goes that is no longer on its card. */
function nextOf(card: HTMLElement | null, name: string): HTMLElement | null {
  const buttons = [...(card?.querySelectorAll<HTMLElement>('[data-button]') ?? [])];
  const counterpart = counterpartOf(name);
  // What is seldom pressed may be folded: then it is behind that button.
  const folded = counterpart === '' ? null : card?.querySelector<HTMLElement>('.seldom button');
  return buttons.find((button) => button.dataset.button === counterpart) ?? folded ?? buttons[0] ?? card;
}

/**
 * The focus of a part whose controls go one by one, each with what it did: the next one that is still there has it, else the one
 * before, else what has come in their place, else the element `home`; so that when the part goes.
 */
export function useFocusAlong(part: { current: HTMLElement | null }, controls: string, home: string): void {
  useLayoutEffect(() => {
    const all = part.current;
    if (all === null) return undefined;
    const last = new LastFocus();
    const end = last.watch(all);
    const now = (): HTMLElement[] => [...all.querySelectorAll<HTMLElement>(controls)];
    let before = now();
    // Whichever component draws it.
    const changes = new MutationObserver(() => {
      const next = nextTo(last.lost(), before);
      before = now();
      if (last.lost() !== null && document.activeElement === document.body) giveFocus(next ?? before[0] ?? document.getElementById(home));
    });
    changes.observe(all, { childList: true, subtree: true });
    return () => {
      changes.disconnect();
      end();
      if (last.lost(true) !== null) giveFocus(document.getElementById(home));
    };
  }, [part, controls, home]);
}

/** The first that is still there of those after it, else the last of those before. */
function nextTo(gone: HTMLElement | null, all: readonly HTMLElement[]): HTMLElement | undefined {
  const at = gone === null ? -1 : all.indexOf(gone);
  return [...all.slice(at + 1), ...all.slice(0, Math.max(0, at)).reverse()].find(({ isConnected }) => isConnected);
}

/**
 * What the worker has just opened has the focus before the screen shows it: the next key already belongs to it. `part` holds it
 * and what opens it. What comes by itself takes no focus from elsewhere, nor from a field that somebody writes in.
 */
export function useFocusTaken(control: { current: HTMLElement | null }, part: string): void {
  useLayoutEffect(() => {
    const has = document.activeElement;
    const opens = control.current?.closest(part)?.contains(has) === true && has?.matches('input, textarea, select') !== true;
    if (opens || has === document.body) control.current?.focus();
  }, [control, part]);
}

/** A dialog over the page. What had the focus has it again when it closes; where that is gone, the work has. */
export function useModal(dialog: { current: HTMLDialogElement | null }, open: boolean): void {
  useEffect(() => {
    const element = dialog.current;
    if (!open || element === null) return undefined;
    const before = document.activeElement;
    element.showModal();
    return () => {
      element.close();
      // The browser takes it from what is closed only with the next frame.
      const has = document.activeElement;
      if (before?.isConnected === false && (has === document.body || element.contains(has))) giveFocus(document.getElementById('work'));
    };
  }, [dialog, open]);
}

/** Brings Accept and Decline of a preview that has just come into sight, and keeps what somebody writes in sight. */
export function bringIntoSight(preview: HTMLElement, written: HTMLElement | null): void {
  const view = preview.closest('.scroller')?.getBoundingClientRect();
  const all = preview.closest('.previews');
  const actions = preview.querySelector('.actions')?.getBoundingClientRect();
  if (view === undefined || all === null || actions === undefined) return;
  if (written !== null) {
    if (written.getBoundingClientRect().top < all.getBoundingClientRect().bottom) written.scrollIntoView({ block: 'end' });
  } else if (all.firstElementChild === preview && actions.bottom > view.bottom) {
    all.scrollIntoView({ block: 'start' });
  }
}

/** What the browser takes for visible may lie under what sticks: room that is left above it. */
const ROOM_PX = 16;

/** Brings what a key gives the focus to out from under the previews, and within one out from under its buttons (WCAG 2.4.11). */
export function watchCovered(): () => void {
  // A click is aimed at what is in sight, and nothing moves under that hand.
  let byKey = false;
  const key = (): void => { byKey = true; };
  const press = (): void => { byKey = false; };
  const focus = ({ target }: FocusEvent): void => {
    // The browser itself scrolls after the event.
    if (byKey) requestAnimationFrame(() => { uncover(target as HTMLElement); });
  };
  addEventListener('keydown', key, { capture: true, passive: true });
  addEventListener('pointerdown', press, { capture: true, passive: true });
  addEventListener('focusin', focus);
  return () => {
    removeEventListener('keydown', key, { capture: true });
    removeEventListener('pointerdown', press, { capture: true });
    removeEventListener('focusin', focus);
  };
}

function uncover(control: HTMLElement): void {
  const preview = control.closest('.preview');
  const all = document.querySelector('.previews');
  const [cover, view] = preview === null ? [all, all?.closest('.scroller')] : [preview.querySelector(':scope > .actions'), all];
  if (!cover || !view || cover.contains(control) || control === preview || !view.contains(control)) return;
  const [over, box] = [cover.getBoundingClientRect(), control.getBoundingClientRect()];
  if (box.top < over.bottom && box.bottom > over.top) view.scrollBy(0, box.top - over.bottom - ROOM_PX);
}
