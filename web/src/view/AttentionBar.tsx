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
  // A chat's line is too short a time for the bar to go and come again: the page would jump with each.
  const quiet = calling.value.every((caller) => caller.kind === 'chat');
  const ask = permission.value === 'default' && offerNotifications.on && quiet;
  const check = !browserChecked.on && quiet;
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
