import { signOut } from '../session';
import { notify } from '../notices';
import { calls, certain, forget, session, snapshot } from '../store';
import { t } from '../text/language';
import { Brand } from './Brand';
import { openSheet } from './shortcuts';
import { StateMenu } from './StateMenu';

/** Who is signed in, what state they are in, and the way out. */
export function Header() {
  const person = snapshot.value?.person ?? session.value?.person;
  return (
    <header class="header">
      <Brand />
      <StateMenu />
      {talking() && <span class="on-call">{t('on-call')}</span>}
      <div class="header-end">
        {session.value?.helpUrl !== undefined && (
          <a class="button quiet" href={session.value.helpUrl} target="_blank" rel="noopener noreferrer">
            {t('help')}
            <span class="hidden-text"> ({t('help-newTab')})</span>
          </a>
        )}
        <button type="button" class="button quiet square" aria-label={t('keys-open')} title={t('keys-open')} onClick={openSheet}>
          <span aria-hidden="true">?</span>
        </button>
        <span class="person" title={person?.id}>
          {person?.name}
        </span>
        <button type="button" class="button quiet" onClick={() => void leave()}>
          {t('signOut')}
        </button>
      </div>
    </header>
  );
}

/** Some call of theirs is more than ringing, as far as is known. */
const talking = (): boolean => calls.value.some((call) => call.state !== 'ringing' && certain(call));

async function leave(): Promise<void> {
  if (await signOut()) forget('asked');
  else notify({ kind: 'problem', title: t('problem-title'), text: t('signOut-failed') });
}
