import { effect, untracked } from '@preact/signals';
import { render } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { answer } from '../actions';
import { calling, type Caller } from '../alert/calling';
import { headline } from '../alert/headline';
import { showCard } from '../alert/notifier';
import { alarming, silenceAll } from '../alert/ringer';
import { now } from '../clock';
import type { Preview } from '../frames';
import { giveFocus, settled, useGuard } from '../guard';
import { titleOf } from '../media';
import { onTop } from '../on-top';
import { answers, live, previews } from '../store';
import { t } from '../text/language';
import { AnswerButtons } from './AnswerButtons';
import { Countdown } from './Countdown';
import { placeOf } from './placeOf';
import { SilenceButton } from './SilenceButton';
import { isPressed, previewKey } from './shortcuts';

/** Draws into the small window for as long as there is one. */
export function startOnTop(): void {
  effect(() => {
    const small = onTop.value;
    if (small === null) return undefined;
    const { body } = small.document;
    untracked(() => {
      render(<OnTop small={small} />, body);
    });
    return () => {
      render(null, body);
    };
  });
}

/** What waits, in few words: the page has the rest. */
function OnTop({ small }: { small: Window }) {
  useKeys(small);
  useEffect(() => {
    small.document.title = t('app-name');
  });
  return (
    <main class="on-top">
      <h1 class="hidden-text">{t('previews-title')}</h1>
      {!live.value && <p role="status">{t('link-lost')}</p>}
      {live.value && calling.value.length === 0 && <p class="quiet">{t('work-empty')}</p>}
      {previews.value.map((preview) => (
        <SmallPreview key={preview.id} preview={preview} small={small} />
      ))}
      {/* Below: what comes and goes must not move Accept and Decline. */}
      {calling.value.filter(({ preview }) => preview === null).map((caller) => (
        <SmallCaller key={caller.card} caller={caller} />
      ))}
      {alarming.value && <SilenceButton />}
    </main>
  );
}

/** A call that rings or a chat: it is answered on the page, which this shows. */
function SmallCaller({ caller }: { caller: Caller }) {
  const show = (): void => {
    window.focus();
    showCard(caller.card);
  };
  return (
    <button type="button" class="button wide" data-caller={caller.kind} onClick={show}>
      {headline(caller)}
    </button>
  );
}

function useKeys(small: Window): void {
  useLayoutEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.repeat) return;
      if (isPressed(event, 'silence')) silenceAll();
      else if (isPressed(event, 'preview')) first(small)?.focus();
      else return;
      event.preventDefault();
    };
    // Whoever comes to the window comes to the preview: its keys count at once.
    const onFocus = (): void => {
      if (small.document.activeElement === small.document.body) first(small)?.focus();
    };
    small.addEventListener('keydown', onKeyDown);
    small.addEventListener('focus', onFocus);
    return () => {
      small.removeEventListener('keydown', onKeyDown);
      small.removeEventListener('focus', onFocus);
    };
  }, [small]);
}

const first = (small: Window): HTMLElement | null => small.document.querySelector('[data-small]');

function SmallPreview({ preview, small }: { preview: Preview; small: Window }) {
  const root = useRef<HTMLDivElement>(null);
  const given = answers.value.get(preview.id);
  const usable = live.value && given === undefined && now.value < preview.deadline;
  const id = `small-${preview.id}`;
  useGuard(root);
  useFocus(root, small);
  const onKeyDown = (event: KeyboardEvent): void => {
    const accept = previewKey(event);
    if (accept === undefined) return;
    event.preventDefault();
    if (!event.repeat && usable && settled(root.current)) answer(preview.id, accept);
  };
  return (
    <div ref={root} class="card preview" role="alertdialog" aria-labelledby={id} tabIndex={-1} data-small={preview.id} onKeyDown={onKeyDown}>
      <div class="preview-head">
        <Countdown preview={preview} />
        <div class="preview-who">
          <h2 id={id}>{t(titleOf(preview.mediaType), { caller: preview.caller === '' ? t('caller-unknown') : preview.caller })}</h2>
          <p class="quiet">{placeOf(preview)}</p>
        </div>
      </div>
      <AnswerButtons id={preview.id} usable={usable} />
    </div>
  );
}

/** Takes the focus when the worker is in this window and at no other preview, and hands it on to the next one. */
function useFocus(root: { current: HTMLElement | null }, small: Window): void {
  useEffect(() => {
    const card = root.current;
    if (small.document.hasFocus() && small.document.activeElement === small.document.body) card?.focus();
    return () => {
      const next = [...small.document.querySelectorAll<HTMLElement>('[data-small]')].find((other) => other !== card);
      if (next !== undefined && small.document.activeElement === small.document.body) giveFocus(next);
    };
  }, [root, small]);
}
