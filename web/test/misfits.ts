/** What of a page does not fit: asked of the browser that has laid it out. */

import type { Page } from 'playwright-core';

/** Every control and text that is cut, sticks out, or has a word broken in two; and whether the page scrolls sideways. */
export const misfits = (page: Page): Promise<string[]> => page.evaluate(found);

/** Runs in the page, so that it holds everything that it needs. */
function found(): string[] {
  const views = 'html, .scroller, .previews, .menu, .notices, dialog[open]';
  const controls = 'button, a, input, select, label, [role^=menuitem], [role=tab], h1, h2, h3, .seconds, kbd';
  /** Words as far as a line may not break in them: Han, Kana and Hangul break anywhere. */
  const words = /[^\s\-–/\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}ー…、。]+/gu;

  const shown = <E extends Element>(selector: string): E[] =>
    [...document.querySelectorAll<E>(selector)].filter(
      (one) => one.checkVisibility() && one.closest('.hidden-text, .skip, svg') === null && one.getClientRects().length > 0,
    );

  const scrollsSideways = (view: Element): boolean => view.scrollWidth > view.clientWidth;

  const sticksOut = (element: Element): boolean => {
    const { left, right } = element.getBoundingClientRect();
    return left < -0.5 || right > innerWidth + 0.5;
  };

  const isCut = (control: Element): boolean => {
    if (control instanceof HTMLSelectElement) return choiceIsCut(control);
    // A ring of a twelfth stands around the seconds.
    const room = control.matches('.seconds') ? ((control.parentElement?.clientWidth ?? 0) * 5) / 6 : control.clientWidth;
    return control.clientWidth > 0 && (control.scrollWidth > room + 1 || control.scrollHeight > control.clientHeight + 1);
  };

  /** A browser cuts what is chosen without a sign of it: its text is measured, with room for the arrow. */
  const choiceIsCut = (select: HTMLSelectElement): boolean => {
    const { font, paddingLeft, paddingRight } = getComputedStyle(select);
    const probe = document.createElement('span');
    Object.assign(probe.style, { font, position: 'absolute', whiteSpace: 'pre' });
    probe.textContent = select.selectedOptions[0]?.text ?? '';
    document.body.append(probe);
    const needed = probe.offsetWidth + parseFloat(paddingLeft) + parseFloat(paddingRight) + 20;
    probe.remove();
    return needed > select.clientWidth;
  };

  const isBroken = (text: Node, start: number, word: string): boolean => {
    const range = document.createRange();
    range.setStart(text, start);
    range.setEnd(text, start + word.length);
    return new Set([...range.getClientRects()].map(({ bottom }) => Math.round(bottom / 4))).size > 1;
  };

  const hasBrokenWord = (control: Element): boolean => {
    if (control instanceof HTMLSelectElement) return false;
    const texts = document.createTreeWalker(control, NodeFilter.SHOW_TEXT);
    for (let text = texts.nextNode(); text !== null; text = texts.nextNode()) {
      for (const { 0: word, index } of (text.nodeValue ?? '').matchAll(words)) if (isBroken(text, index, word)) return true;
    }
    return false;
  };

  const named = (what: string, elements: readonly Element[]): string[] =>
    elements.map((one) => `${what}: <${one.tagName.toLowerCase()} class="${one.className}"> ${one.textContent.slice(0, 60)}`);
  return [
    ...named('scrolls sideways', shown(views).filter(scrollsSideways)),
    ...named('sticks out of the window', shown('#page *').filter(sticksOut)),
    ...named('is cut', shown(controls).filter(isCut)),
    ...named('has a broken word', shown(controls).filter(hasBrokenWord)),
  ];
}
