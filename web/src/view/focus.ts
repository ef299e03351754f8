/** Keeps the focus where the worker is when what holds it changes or goes. */

import { useLayoutEffect, useRef } from 'preact/hooks';

/**
 * The focus of a card of buttons: a button that goes passes it on to the first one there is, and the card to `#work`.
 * Buttons carry `data-button`.
 */
export function useFocusKept(card: { current: HTMLElement | null }): void {
  // Noted as it moves: when a button is gone, so is the answer to where the focus was.
  const held = useRef(false);
  useLayoutEffect(() => {
    const note = (event: FocusEvent): void => {
      held.current = card.current?.contains(event.target as Node) === true;
    };
    document.addEventListener('focusin', note);
    return () => {
      document.removeEventListener('focusin', note);
      if (held.current) document.getElementById('work')?.focus();
    };
  }, [card]);
  useLayoutEffect(() => {
    if (held.current && document.activeElement === document.body) {
      (card.current?.querySelector<HTMLElement>('[data-button]') ?? card.current)?.focus();
    }
  });
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
