/**
 * Watches a page from outside of its code: what the worker aimed at with each gesture, which frames went out for it, which
 * ends came in, and which of them were shown. Runs in the page (`addInitScript`), before the page's own scripts.
 */

/** What a page did that no gesture meant, and what it did not show once. */
export interface Judgement {
  /** Actions that went out. */
  actions: number;
  /** Ends that came in. */
  ends: number;
  /** What was wrong, in words. */
  wrong: string[];
}

declare global {
  interface Window {
    judgement: () => Judgement;
  }
}

/** Must stand alone: it travels to the page as text. */
export function watchAim(): void {
  /** A hand and an eye need this long; a bit less than the page grants, because this watches only now and then. */
  const SEEN_MS = 400;
  const MOVE_PX = 16;
  /** What the worker scrolls goes on for so long. */
  const SCROLL_MS = 1_000;
  const wrong: string[] = [];
  const sent = new Set<string>();
  const expected = new Map<string, number>();
  const shown = new Map<string, number>();
  const open = new Map<number, string>();
  let actions = 0;

  interface Place {
    x: number;
    y: number;
    means: string;
    /** Since when it means this. */
    meant: number;
    /** Since when it stands there, but for what the worker scrolled themselves. */
    since: number;
  }
  const places = new Map<Element, Place>();
  const cards = new Map<Element, number>();
  const focused = { on: null as Element | null, since: 0 };
  /** The last touch of the worker. */
  let hand = -Infinity;
  let aim = { means: [] as string[], at: -Infinity, by: 'nothing' };

  const meaning = (control: Element): string => {
    const preview = control.closest('[data-preview]');
    if (preview !== null) return `preview ${preview.getAttribute('data-preview')} ${control.classList.contains('accept')}`;
    return `call ${control.closest('[data-call]')?.getAttribute('data-call')} ${control.getAttribute('data-button')}`;
  };
  const look = (own = false): void => {
    const now = performance.now();
    for (const control of document.querySelectorAll('.action')) {
      const { x, y } = control.getBoundingClientRect();
      const means = meaning(control);
      const before = places.get(control);
      const meant = before?.means === means ? before.meant : now;
      const near = before !== undefined && (own || Math.max(Math.abs(before.x - x), Math.abs(before.y - y)) < MOVE_PX);
      places.set(control, { x, y, means, meant, since: near ? before.since : now });
    }
    for (const control of places.keys()) if (!control.isConnected) places.delete(control);
    for (const card of document.querySelectorAll('[data-preview]')) if (!cards.has(card)) cards.set(card, now);
  };
  const ago = (since: number | undefined): number => performance.now() - (since ?? Infinity);
  const attend = (): void => {
    const on = document.activeElement;
    // Where the worker put the focus themselves, they look.
    if (on !== focused.on) Object.assign(focused, { on, since: ago(hand) < 50 ? -Infinity : performance.now() });
  };
  for (const name of ['wheel', 'keydown', 'pointerdown']) {
    addEventListener(name, () => { hand = performance.now(); }, { capture: true, passive: true });
  }
  addEventListener('scroll', () => { look(ago(hand) <= SCROLL_MS); }, { capture: true, passive: true });
  addEventListener('resize', () => { look(); });
  // Whatever else moves a control changes the document, and is looked at then.
  addEventListener('focusin', () => { look(true); attend(); }, { capture: true });
  addEventListener('pointerdown', (event) => {
    look(true);
    const control = (event.target as Element).closest('.action');
    const place = control === null ? undefined : places.get(control);
    const there = Math.min(ago(place?.since), ago(place?.meant));
    aim = { means: place !== undefined && there >= SEEN_MS ? [place.means] : [], at: performance.now(), by: `a press on ${place?.means ?? 'nothing'}, there for ${there} ms` };
  }, { capture: true });
  addEventListener('keydown', (event) => {
    look(true);
    // A held key was aimed when it was pressed: Space acts when it is let go.
    if (event.repeat) return;
    attend();
    const means: string[] = [];
    const place = places.get(document.activeElement?.closest('.action') ?? document.body);
    const seen = ago(focused.since);
    if (place !== undefined && Math.min(seen, ago(place.meant)) >= SEEN_MS) means.push(place.means);
    const card = document.activeElement?.closest('[data-preview]') ?? null;
    if (event.altKey && card !== null && Math.min(seen, ago(cards.get(card))) >= SEEN_MS) {
      means.push(...[true, false].map((accept) => `preview ${card.getAttribute('data-preview')} ${accept}`));
    }
    aim = { means, at: performance.now(), by: `${event.key} in preview ${card?.getAttribute('data-preview')}, looked at for ${seen} ms` };
  }, { capture: true });

  const out = (text: string): void => {
    const frame = JSON.parse(text) as { type: string; id?: number; accept?: boolean; connId?: string; button?: string };
    if (frame.type !== 'previewAnswer' && frame.type !== 'call') return;
    const means = frame.type === 'call' ? `call ${frame.connId} ${frame.button}` : `preview ${frame.id} ${frame.accept}`;
    // An answer that was not confirmed goes out again over the next connection.
    const again = frame.type === 'previewAnswer' && sent.has(means);
    sent.add(means);
    actions += again ? 0 : 1;
    const meant = aim.means.includes(means) && performance.now() - aim.at < 1_000;
    if (!again && !meant) wrong.push(`"${means}" went out, and the worker aimed at ${aim.means.join(' or ') || 'nothing'}: ${aim.by}`);
    aim = { means: [], at: -Infinity, by: 'nothing' };
  };
  const ends = (id: number): void => {
    const caller = open.get(id);
    if (caller !== undefined) expected.set(caller, (expected.get(caller) ?? 0) + 1);
    open.delete(id);
  };
  const came = (text: string): void => {
    const frame = JSON.parse(text) as { type: string; id: number; caller: string; previews: { id: number; caller: string }[] };
    if (frame.type === 'previewOffer') open.set(frame.id, frame.caller);
    if (frame.type === 'previewEnd') ends(frame.id);
    if (frame.type !== 'snapshot') return;
    for (const id of [...open.keys()]) if (!frame.previews.some((preview) => preview.id === id)) ends(id);
    for (const { id, caller } of frame.previews) open.set(id, caller);
  };
  const Plain = window.WebSocket;
  window.WebSocket = class extends Plain {
    constructor(url: string | URL) {
      super(url);
      super.addEventListener('message', (event: MessageEvent<string>) => { came(event.data); });
    }
    override send(data: string): void {
      out(data);
      super.send(data);
    }
  };

  addEventListener('DOMContentLoaded', () => {
    new MutationObserver((changes) => {
      look();
      for (const added of changes.flatMap(({ addedNodes }) => [...addedNodes])) {
        if (!(added instanceof HTMLElement)) continue;
        const notices = added.matches('[data-notice]') ? [added] : [...added.querySelectorAll<HTMLElement>('[data-notice]')];
        const callers = notices.flatMap((notice) => /Caller-\d+/.exec(notice.textContent) ?? []);
        for (const caller of callers) shown.set(caller, (shown.get(caller) ?? 0) + 1);
      }
    }).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ['class', 'hidden', 'open'] });
  });

  window.judgement = () => {
    const unequal = [...expected].filter(([caller, times]) => (shown.get(caller) ?? 0) !== times);
    const unasked = [...shown].filter(([caller]) => !expected.has(caller));
    const told = [...unequal, ...unasked].map(([caller]) => `the end of ${caller} came ${expected.get(caller) ?? 0} times and was shown ${shown.get(caller) ?? 0} times`);
    return { actions, ends: [...expected.values()].reduce((sum, times) => sum + times, 0), wrong: [...wrong, ...told] };
  };
}
