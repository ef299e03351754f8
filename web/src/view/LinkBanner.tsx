import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { offline } from '../connection';
import { link, outdated, pageless } from '../store';
import { t } from '../text/language';

/** A short loss mends itself before anybody needs to read of it. */
const SILENT_MS = 3_000;

/** Says that the host is out of reach, or that this page is older than the host. */
export function LinkBanner() {
  const late = useSignal(false);
  const away = link.value !== 'open' && !pageless.value;
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
      {away && (late.value || offline.value) && (
        <p class="banner" data-banner="lost">
          <span class="banner-mark" aria-hidden="true" />
          <span>
            <strong>{t('link-lost')}</strong> {t('link-lostHint')}
          </span>
        </p>
      )}
      {pageless.value && (
        <p class="banner" data-banner="pageless">
          <strong>{t('link-pageless')}</strong>
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
