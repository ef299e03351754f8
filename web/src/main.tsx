import './style/tokens.css';
import './style/base.css';
import './style/controls.css';
import './style/layout.css';
import './style/sign-in.css';
import './style/state.css';
import './style/work.css';
import './style/data.css';
import './style/call.css';
import './style/target.css';
import './style/chat.css';
import './style/notice.css';
import './style/print.css';

import { effect, untracked } from '@preact/signals';
import { render } from 'preact';
import { watchFront } from './alert/front';
import { startComparing } from './alert/deaf';
import { startNotifications } from './alert/notification';
import { startRinger } from './alert/ringer';
import { prepareSound } from './alert/sound';
import { startTitle } from './alert/title';
import { startAnnouncing } from './announcements';
import { startChats } from './chat/chats';
import { startSayingChats } from './chat/said';
import { startTicking } from './clock';
import { check, connect, cut, disconnect } from './connection';
import { startGuard } from './guard';
import { startHistory } from './history';
import { watchIdle } from './idle';
import { whoAmI } from './session';
import { live, phase, session } from './store';
import { askAgain, chosenLanguage, direction, language, preferLanguage, startSpeaking, textsWithin } from './text/language';
import { guardTyped } from './unsaved';
import { App } from './view/App';
import { startOnTop } from './view/OnTop';

const page = document.getElementById('page');
if (page === null) throw new Error('index.html has no #page');
/** The page shows itself after this time, in whatever language. */
const TEXTS_MS = 1_000;

startSpeaking();
/** The language that the host was asked for. */
let asked = chosenLanguage.value;
// Asked before all else is made ready: the answer is on its way meanwhile.
const who = whoAmI();

effect(() => {
  document.documentElement.lang = language.value;
  document.documentElement.dir = direction.value;
});
effect(() => {
  if (session.value !== null) preferLanguage(session.value.person.language);
});
effect(() => {
  if (live.value) untracked(askAgain);
});
effect(() => {
  const act = phase.value === 'signedIn' ? connect : disconnect;
  untracked(act);
});
// Another language is another connection: the host names states in the language it was asked for. Not in the middle of a frame that
// names another worker.
effect(() => {
  if (chosenLanguage.value !== asked) queueMicrotask(connectAnew);
  asked = chosenLanguage.value;
});

startGuard();
watchFront();
startRinger();
startNotifications();
startComparing();
startTicking();
startAnnouncing();
startChats();
startSayingChats();
startHistory();
startOnTop();
watchIdle();
guardTyped();
addEventListener('online', check);
addEventListener('offline', cut);
// Another window beside this one has signed in: nothing has covered this one meanwhile.
addEventListener('focus', () => {
  if (phase.value === 'signIn') void look();
});
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') void look();
});

function connectAnew(): void {
  disconnect();
  connect();
}

/** The page is looked at again: is the host there, and did the worker sign in with another tab? */
async function look(): Promise<void> {
  if (phase.value === 'signedIn') check();
  else if (phase.value === 'signIn' && (await whoAmI()) === 'somebody') phase.value = 'signedIn';
}

await textsWithin(TEXTS_MS);
startTitle();
render(<App />, page);
// Out of reach counts as signed in where a session may exist: the page then says that it reconnects.
phase.value = (await who) === 'nobody' ? 'signIn' : 'signedIn';
// Takes its time, which the connection takes too.
prepareSound();
