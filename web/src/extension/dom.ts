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
  made.disabled = act === null;
  if (act !== null) made.onclick = act;
  return made;
}

/**
 * Replaces what is shown. The element with the focus keeps it by its id, where there is one of the same id again; what is
 * made anew is made here, for a field that moves into it loses the focus.
 */
export function show(root: HTMLElement, made: () => Child[]): void {
  const focused = document.activeElement?.id ?? '';
  const children = made();
  while (root.firstChild !== null) root.removeChild(root.firstChild);
  root.appendChild(element('div', {}, ...children));
  if (focused !== '') document.getElementById(focused)?.focus();
}
