import { useLayoutEffect } from 'preact/hooks';
import { snapshot, turnedAway } from '../store';
import { t } from '../text/language';
import { Announcer } from './Announcer';
import { AttentionBar } from './AttentionBar';
import { BrowserCheck } from './BrowserCheck';
import { Header } from './Header';
import { LinkBanner } from './LinkBanner';
import { MissedBanner } from './MissedBanner';
import { Previews } from './Previews';
import { onShortcut } from './shortcuts';
import { ShortcutSheet } from './ShortcutSheet';
import { Tabs } from './Tabs';
import { Work } from './Work';

/** The page of a signed-in worker. */
export function Desk() {
  // With what is drawn: a key that is pressed at once counts, too.
  useLayoutEffect(() => {
    addEventListener('keydown', onShortcut);
    return () => {
      removeEventListener('keydown', onShortcut);
    };
  }, []);
  return (
    <>
      <a class="skip" href="#work">
        {t('app-skip')}
      </a>
      <Header />
      <LinkBanner />
      <MissedBanner />
      <AttentionBar />
      <main class="main">
        {snapshot.value === null ? (
          <p class="starting" role="status">
            {turnedAway.value === null && t('app-starting')}
          </p>
        ) : (
          <>
            <Previews />
            {/* What is open or half written here is one worker's. */}
            <div class="desk" key={snapshot.value.person.id}>
              <Work />
              <Tabs />
            </div>
          </>
        )}
      </main>
      <Announcer />
      <ShortcutSheet />
      <BrowserCheck />
    </>
  );
}
