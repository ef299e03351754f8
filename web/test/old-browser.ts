/** A browser that knows no more than Internet Explorer 11. */

import type { Page } from 'playwright-core';

/** Takes away what Internet Explorer 11 does not have. What the page calls all the same is an error of the page. */
function takeAway(): void {
  const gone: [object, string[]][] = [
    [window, ['fetch', 'Promise', 'Symbol', 'Proxy', 'Reflect', 'URL', 'URLSearchParams', 'AbortController', 'BroadcastChannel', 'queueMicrotask']],
    [Object, ['assign', 'entries', 'values', 'fromEntries', 'hasOwn', 'is', 'getOwnPropertySymbols', 'getOwnPropertyDescriptors']],
    [Array, ['from', 'of']],
    [Array.prototype, ['find', 'findIndex', 'includes', 'flat', 'flatMap', 'at', 'fill', 'keys', 'values', 'entries']],
    [String.prototype, ['includes', 'startsWith', 'endsWith', 'padStart', 'padEnd', 'repeat', 'at', 'replaceAll', 'trimEnd']],
    [Number, ['isInteger', 'isSafeInteger', 'isFinite', 'isNaN']],
    [NodeList.prototype, ['forEach']],
    [Element.prototype, ['append', 'prepend', 'remove', 'closest', 'matches', 'replaceChildren', 'replaceWith', 'toggleAttribute']],
  ];
  for (const [owner, names] of gone) for (const name of names) Reflect.deleteProperty(owner, name);
}

/** From the page's next opening on. */
export const likeAnOldBrowser = (page: Page): Promise<unknown> =>
  page.addInitScript(takeAway.toString().replace('Reflect.deleteProperty(owner, name)', 'delete owner[name]') + ';takeAway()');
