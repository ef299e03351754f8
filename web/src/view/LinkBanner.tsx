import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { offline } from '../connection';
import { link, outdated, turnedAway } from '../store';
import { t } from '../text/language';

/** A short loss mends itself before anybody needs to read of it. */
const SILENT_MS = 3_000;

/** Says that the host is out of reach or opens no page, and that this page is older than the host. */
export function LinkBanner() {
  const late = useSignal(false);
  const why = turnedAway.value;
  const away = link.value !== 'open' && (why === null || why === 'takeover');
  useEffect(() => {
    if (!away) return undefined;
    const timer = setTimeout(() => (late.value = true), SILENT_MS);
    return () => {
      clearTimeout(timer);
      late.value = false;
    };
  }, [away, late]);

  return (
    <div role="status" class="banner-slot">
      {away && (late.value || offline.value || why !== null) && (
        <p class="banner" data-banner="lost">
          <span class="banner-mark" aria-hidden="true" />
          <span>
            <strong>{t(why === 'takeover' ? 'link-takeover' : 'link-lost')}</strong> {t('link-lostHint')}
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
