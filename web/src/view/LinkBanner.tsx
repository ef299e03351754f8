import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { offline, unsteady } from '../connection';
import { say } from '../announcements';
import { stateText } from '../refusals';
import { link, outdated, snapshot, turnedAway, type TurnedAway } from '../store';
import { t, type PlainKey } from '../text/language';

/** A short loss mends itself before anybody needs to read of it, and one more of many is said when it lasts. */
const SILENT_MS = 3_000;
const LASTS_MS = 15_000;

/** Says that the host is out of reach or opens no page, and that this page is older than the host. */
export function LinkBanner() {
  const late = useSignal(false);
  const why = turnedAway.value;
  const comesBack = why === null || why === 'takeover';
  const away = link.value !== 'open' && comesBack;
  useEffect(() => {
    if (!away) return undefined;
    const timer = setTimeout(() => (late.value = true), unsteady.peek() ? LASTS_MS : SILENT_MS);
    return () => {
      clearTimeout(timer);
      late.value = false;
    };
  }, [away, late]);
  const lost = away && (late.value || offline.value);
  const shown = (comesBack && unsteady.value) || lost || (away && why !== null);
  useEffect(() => (shown ? sayBack : undefined), [shown]);

  return (
    <div role="status" class="banner-slot">
      {shown && (
        <p class="banner" data-banner="lost">
          <span class="banner-mark" aria-hidden="true" />
          <span>
            <strong>{t(lossOf(why, lost))}</strong> {(lost || !unsteady.value) && t('link-lostHint')}
          </span>
        </p>
      )}
      {(why === 'noWorker' || why === 'tooMany') && (
        <p class="banner" data-banner={why}>
          <strong>{t(why === 'noWorker' ? 'link-pageless' : 'link-tooMany')}</strong>
        </p>
      )}
      {outdated.value && (
        <p class="banner" data-banner="outdated">
          <strong>{t('link-outdated')}</strong>
          <button
            type="button"
            class="button"
            onClick={() => {
              location.reload();
            }}
          >
            {t('link-reload')}
          </button>
        </p>
      )}
    </div>
  );
}

/** What is wrong with the connection. One that is there again and again for a moment is said to be so all the time, until it stays away: what comes and goes nobody reads. */
function lossOf(why: TurnedAway | null, lost: boolean): PlainKey {
  if (why === 'takeover') return 'link-takeover';
  return unsteady.value && !lost ? 'link-unsteady' : 'link-lost';
}

/** What was lost is there again: the page that shows it does not say so to whoever hears it. */
function sayBack(): void {
  const state = snapshot.peek()?.state;
  if (link.peek() === 'open' && state !== undefined) say(`${t('link-back')} ${t('said-state', { state: stateText(state) })}`);
}
