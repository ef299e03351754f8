import { chats } from '../chat/shown';
import { pairs } from '../snapshot';
import { calls, live, outcomes, previews, snapshot } from '../store';
import { t } from '../text/language';
import { CallCard } from './CallCard';
import { Chats } from './Chats';
import { Dial } from './Dial';
import { Outcomes } from './Outcomes';
import { HelpLink } from './HelpLink';
import { RedirectNote } from './Redirect';
import { openStateMenu } from './shortcuts';

/** The middle of the desk: the call strip, or that nothing waits. */
export function Work() {
  const idle = previews.value.length === 0 && calls.value.length === 0 && chats.value.length === 0 && outcomes.value.length === 0;
  return (
    <section class="work" id="work" aria-labelledby="work-title" tabIndex={-1}>
      {idle && <HelpLink part="work" name={t('work-title')} />}
      <h1 id="work-title" class={idle ? undefined : 'hidden-text'}>
        {t('work-title')}
      </h1>
      {pairs(calls.value).map(({ call, consult }) => (
        <CallCard key={`${call.connId}/${call.dn}`} call={call} consult={consult} />
      ))}
      {idle && (
        <div class="empty">
          {live.value && snapshot.value?.state.kind === 'loggedOut' ? <LoggedOut /> : <Waiting />}
        </div>
      )}
      <Chats />
      <RedirectNote />
      <Dial />
      {/* Below what goes on: what is over waits, and may be much. */}
      <Outcomes />
    </section>
  );
}

function Waiting() {
  return (
    <>
      <p>{t('work-empty')}</p>
      <p class="quiet">{t('work-emptyHint')}</p>
    </>
  );
}

/** Who waits for calls that cannot come is told how they can: here, or where the site decides it. */
function LoggedOut() {
  const here = snapshot.value?.menu.length !== 0 || snapshot.value.logIn;
  return (
    <>
      <p>{t('work-loggedOut')}</p>
      <p class="quiet">{t(here ? 'work-loggedOutChoose' : 'work-loggedOutPlatform')}</p>
      {here && (
        <button type="button" class="button" onClick={openStateMenu}>
          {t('work-chooseState')}
        </button>
      )}
    </>
  );
}
