import { phase } from '../store';
import { t } from '../text/language';
import { Desk } from './Desk';
import { Notices } from './Notices';
import { SignIn } from './SignIn';

/** The whole page. */
export function App() {
  return (
    <>
      <div class="scroller">
        {phase.value === 'starting' && (
          <p class="starting" role="status">
            {t('app-starting')}
          </p>
        )}
        {phase.value === 'signIn' && <SignIn />}
        {phase.value === 'signedIn' && <Desk />}
      </div>
      <Notices />
    </>
  );
}
