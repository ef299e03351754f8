import { calling } from '../alert/calling';
import { askPermission, permission } from '../alert/notification';
import { soundOf } from '../alert/ringer';
import { soundBlocked, testSound } from '../alert/sound';
import { browserChecked, offerNotifications, sounds } from '../choices';
import { t } from '../text/language';
import { openCheck } from './BrowserCheck';

/** What keeps this browser from telling the worker of a preview, each with the button that mends it. */
export function AttentionBar() {
  const blocked = (sounds.preview.on || sounds.call.on) && soundBlocked.value;
  const kind = sounds.preview.on ? 'preview' : 'call';
  const ask = permission.value === 'default' && offerNotifications.on && calling.value.length === 0;
  const check = !browserChecked.on && calling.value.length === 0;
  if (!blocked && !ask && !check) return null;
  return (
    <aside class="attention" aria-label={t('alert-bar')}>
      {check && (
        <p data-hint="check">
          <span>{t('check-hint')}</span>
          <button type="button" class="button" onClick={openCheck}>
            {t('check-open')}
          </button>
          <button
            type="button"
            class="button quiet"
            onClick={() => {
              browserChecked.set(true);
            }}
          >
            {t('alert-later')}
          </button>
        </p>
      )}
      {blocked && (
        <p data-hint="sound">
          <span>{t('alert-blocked')}</span>
          <button type="button" class="button" onClick={() => void testSound(kind, soundOf(kind))}>
            {t('alert-test')}
          </button>
        </p>
      )}
      {ask && (
        <p data-hint="notifications">
          <span>{t('alert-notificationsHint')}</span>
          <button type="button" class="button" onClick={() => void askPermission()}>
            {t('alert-notificationsAsk')}
          </button>
          <button
            type="button"
            class="button quiet"
            onClick={() => {
              offerNotifications.set(false);
            }}
          >
            {t('alert-later')}
          </button>
        </p>
      )}
    </aside>
  );
}
