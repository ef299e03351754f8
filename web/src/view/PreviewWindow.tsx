import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { answer } from '../actions';
import { alarming } from '../alert/ringer';
import { secondsLeft } from '../announcements';
import { now, serverNow } from '../clock';
import type { Preview } from '../frames';
import { giveFocus, settled, useGuard } from '../guard';
import { broadcastOf, kindOf, titleOf } from '../media';
import { answers, expire, live } from '../store';
import { t } from '../text/language';
import { AnswerButtons } from './AnswerButtons';
import { Countdown } from './Countdown';
import { DataTable } from './DataTable';
import { Fold } from './Fold';
import { LongText } from './LongText';
import { bringIntoSight, LastFocus } from './focus';
import { placeOf } from './placeOf';
import { SilenceButton } from './SilenceButton';
import { previewKey } from './shortcuts';

/** The host ends a preview; when it is out of reach the window closes by itself this long after the deadline. */
const GRACE_MS = 1_500;

/** An interaction preview: who calls, why, how long there is to answer. `crowded`: others are open beside it, whose Accept is to be in sight. */
export function PreviewWindow({ preview, crowded }: { preview: Preview; crowded: boolean }) {
  const root = useRef<HTMLDivElement>(null);
  const more = useSignal(false);
  const given = answers.value.get(preview.id);
  const over = now.value >= preview.deadline;
  const usable = live.value && given === undefined && !over;
  const caller = preview.caller === '' ? t('caller-unknown') : preview.caller;
  const id = `preview-${preview.id}`;
  const limit = useRef(secondsLeft(preview, serverNow()));
  useGuard(root);
  useFocusWhileOpen(root);
  useEffect(() => {
    const timer = setTimeout(() => {
      expire(preview);
    }, preview.deadline - serverNow() + GRACE_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [preview]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const accept = previewKey(event);
    if (accept === undefined) return;
    // Also where it does nothing: the browser has other ideas of these keys.
    event.preventDefault();
    if (!event.repeat && usable && settled(root.current)) answer(preview.id, accept);
  };

  return (
    <div
      ref={root}
      class="card preview"
      role="alertdialog"
      aria-labelledby={`${id}-title`}
      aria-describedby={`${id}-limit`}
      tabIndex={-1}
      data-preview={preview.id}
      onKeyDown={onKeyDown}
    >
      <div class="preview-head">
        <Countdown preview={preview} />
        <div class="preview-who">
          <p class="overline">{t(kindOf(preview.mediaType))}</p>
          <h2 id={`${id}-title`}>{t(titleOf(preview.mediaType), { caller })}</h2>
          <p class="quiet">{placeOf(preview)}</p>
        </div>
        {alarming.value && <SilenceButton />}
      </div>
      <p class="hidden-text" id={`${id}-limit`}>
        {t('preview-limit', { seconds: limit.current })}
      </p>
      <AnswerButtons id={preview.id} usable={usable} />
      {given !== undefined && !live.value && (
        <p class="broadcast" role="status">
          {t(given ? 'preview-acceptUnheard' : 'preview-declineUnheard')}
        </p>
      )}
      {preview.broadcast && <p class="broadcast">{t(broadcastOf(preview.mediaType))}</p>}
      {crowded && (preview.notes !== '' || preview.data.length > 0) && <Fold open={more} more={t('more')} less={t('less')} />}
      {(!crowded || more.value) && <Details preview={preview} />}
    </div>
  );
}

/** What is known of the call. */
function Details({ preview }: { preview: Preview }) {
  return (
    <>
      {preview.notes !== '' && (
        <div class="notes">
          <h3>{t('preview-notes')}</h3>
          <p dir="auto">
            <LongText text={preview.notes} />
          </p>
        </div>
      )}
      <DataTable caption={t('preview-data')} data={preview.data} more={preview.more ?? 0} />
    </>
  );
}

/** Takes the focus when the worker is on the page and not typing, and gives it back afterwards (WCAG 3.2.1, 2.2.4). */
function useFocusWhileOpen(root: { current: HTMLElement | null }): void {
  useEffect(() => {
    const window = root.current;
    const before = document.activeElement as HTMLElement | null;
    const typing = before?.matches('input, textarea, select') ?? false;
    const another = before?.closest('[role=alertdialog]') ?? null;
    const last = new LastFocus();
    const end = last.watch(window);
    if (document.hasFocus() && !typing && another === null) window?.focus({ preventScroll: true });
    if (window !== null) bringIntoSight(window, typing ? before : null);
    return () => {
      end();
      if (last.lost(true) === null) return;
      const next = [...document.querySelectorAll<HTMLElement>('[role=alertdialog]')].find((other) => other !== window);
      const back = before !== null && before !== document.body && before.isConnected ? before : document.getElementById('work');
      giveFocus(next ?? back);
    };
  }, [root]);
}
