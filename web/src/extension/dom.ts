/** Making elements, with what Internet Explorer 11 knows. */

export type Child = Node | string | null;

export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Record<string, string>,
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  for (const key of Object.keys(attributes)) made.setAttribute(key, attributes[key] ?? '');
  for (const child of children) {
    if (child !== null) made.appendChild(typeof child === 'string' ? document.createTextNode(child) : child);
  }
  return made;
}

export function button(text: string, id: string, look: string, act: (() => void) | null): HTMLButtonElement {
  const made = element('button', { type: 'button', id, class: look }, text);
  // Disabled, it would lose the focus.
  if (act === null) made.setAttribute('aria-disabled', 'true');
  else made.onclick = act;
  return made;
}

/**
 * Replaces what is shown. The element with the focus keeps it by its id, where there is one of the same id again; else the
 * title of its card has it, or the page, so that the next key of a worker goes on from there. What is made anew is made
 * here, for a field that moves into it loses the focus. The window stays scrolled to where it was.
 */
export function show(root: HTMLElement, made: () => Child[]): void {
  const focused = document.activeElement;
  const title = focused === null ? '' : titleOf(focused);
  const within = focused !== null && root.contains(focused);
  const [across, down] = [window.pageXOffset, window.pageYOffset];
  const children = made();
  while (root.firstChild !== null) root.removeChild(root.firstChild);
  root.appendChild(element('div', {}, ...children));
  if (within) (document.getElementById(focused.id) ?? document.getElementById(title) ?? root).focus({ preventScroll: true });
  // Internet Explorer scrolls to what it gives the focus.
  window.scrollTo(across, down);
}

/** The id of the title of the card around this; empty: it is in none. Internet Explorer has no `closest`. */
function titleOf(part: Element): string {
  for (let around: Element | null = part; around !== null; around = around.parentElement) {
    const title = around.querySelector('h2[id]');
    if (title !== null && around.classList.contains('card')) return title.id;
  }
  return '';
}
