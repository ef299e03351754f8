import { snapshot } from '../store';
import { t } from '../text/language';
import { RedirectForm } from './RedirectForm';

/** That accepted calls go to an outside number, where the worker cannot overlook it. */
export function RedirectNote() {
  const redirect = snapshot.value?.redirect;
  if (redirect?.on !== true) return null;
  return (
    <p class="broadcast" role="note">
      {t('outside-on', { number: isolated(redirect.number) })}
    </p>
  );
}

/** Where accepted calls go, and the way to change it. */
export function RedirectChoice() {
  const redirect = snapshot.value?.redirect;
  if (redirect === undefined) return null;
  return (
    <div class="redirect">
      <h2 class="overline">{t('outside-title')}</h2>
      <p class="quiet">{redirect.on ? t('outside-on', { number: isolated(redirect.number) }) : t('outside-off')}</p>
      {redirect.locked ? <p class="quiet">{t('outside-locked')}</p> : <RedirectForm redirect={redirect} />}
    </div>
  );
}

/** A number keeps its order in a text that runs from right to left. */
const isolated = (number: string): string => `\u2066${number}\u2069`;
