/**
 * Drives the worker's page as a worker does: by the names and roles that they see. Knows no host; the tests against
 * the real one use it too. Texts are the English ones.
 */
import { existsSync } from 'node:fs';
import { chromium, type Browser, type BrowserContext, type Locator, type Page } from 'playwright-core';

const FLAGS = ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];

/** Draws and runs pages as Chromium does, in half the time; has no notifications. */
const SHELL = '/usr/bin/chromium-headless-shell';
const WHOLE = '/usr/bin/chromium';

/** Starts Debian's Chromium; `CHROMIUM` names another one. `whole`: with what a shell lacks. Strict: sound needs a touch of the page first. */
export const startBrowser = (whole = false): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? (!whole && existsSync(SHELL) ? SHELL : WHOLE),
    args: [...FLAGS, '--autoplay-policy=document-user-activation-required'],
  });

export type Button =
  | 'Answer'
  | 'Hang up'
  | 'Hold'
  | 'Take back'
  | 'Transfer'
  | 'Complete transfer'
  | 'Bring all together'
  | 'Switch calls'
  | 'Back to the caller'
  | 'End consultation'
  | 'Mute'
  | 'Unmute'
  | 'Keypad'
  | 'Add someone'
  | 'Send elsewhere'
  | 'More actions';

/** A page of one worker. */
export class WorkerPage {
  /** What the browser complained of: errors of the page and breaches of the content security policy. */
  readonly complaints: string[] = [];

  #clicked = 0;

  private constructor(readonly page: Page) {}

  /** Opens a tab; tabs of one context share cookies, storage and locks, as those of one browser do. */
  static async open(context: BrowserContext, url: string): Promise<WorkerPage> {
    const worker = new WorkerPage(await context.newPage());
    worker.page.on('pageerror', (error) => worker.complaints.push(String(error)));
    worker.page.on('console', (message) => {
      if (/content security policy|unhandled/i.test(message.text())) worker.complaints.push(message.text());
    });
    await worker.page.addInitScript(recordSound);
    await worker.page.goto(url);
    return worker;
  }

  async signIn(user: string, password: string): Promise<void> {
    await this.enter(user, password);
    await this.settled();
  }

  /** Fills the sign-in page and sends it, whatever comes of it. By a key: a test's own click half a second later would be half of a double click. */
  async enter(user: string, password: string): Promise<void> {
    await this.page.getByLabel('User name').fill(user);
    const secret = this.page.getByLabel('Password', { exact: true });
    await secret.fill(password);
    await secret.press('Enter');
  }

  /** Until the page shows the worker's state, that is: it is connected and has its snapshot. */
  async settled(): Promise<void> {
    await this.page.locator('#state[data-kind]:not([data-kind=unknown])').waitFor();
  }

  async signOut(): Promise<void> {
    await this.page.getByRole('button', { name: 'Sign out' }).click();
    await this.page.getByRole('heading', { name: 'Sign in' }).waitFor();
  }

  /** Chooses an entry of the state menu, also *Log in* and *Log out*, by its text. */
  async choose(text: string): Promise<void> {
    await this.aim(this.page.locator('#state'));
    await this.hit(this.page.getByRole('menu').locator('[role^=menuitem]').filter({ hasText: text }));
  }

  /** Until the status indicator shows this text. */
  async showsState(text: string): Promise<void> {
    await this.page.locator('#state').filter({ hasText: text }).waitFor();
  }

  /** The status indicator's kind: `ready`, `notReady`, … or `unknown` while the host is out of reach. */
  async stateKind(): Promise<string> {
    return (await this.page.locator('#state').getAttribute('data-kind')) ?? '';
  }

  /** The row of a DN in the channels tab. */
  channel(dn: string): Locator {
    return this.page.locator(`[data-channel="${dn}"]`);
  }

  /** Until the channels tab shows a DN in this kind of state. */
  async channelIs(dn: string, kind: string): Promise<void> {
    await this.page.locator(`[data-channel="${dn}"][data-kind="${kind}"]`).waitFor();
  }

  /** A preview window: the one with this id, else the oldest. */
  preview(id?: number): Locator {
    return id === undefined ? this.page.getByRole('alertdialog').first() : this.page.locator(`[data-preview="${id}"]`);
  }

  /** Clicks as a person does: on what has stood still for half a second. */
  async aim(control: Locator): Promise<void> {
    await control.scrollIntoViewIfNeeded();
    // The page notices two frames later that it was scrolled; one that nobody sees has no frames.
    await this.page.evaluate(() => new Promise((seen) => {
      requestAnimationFrame(() => requestAnimationFrame(seen));
      setTimeout(seen, 100);
    }));
    await this.still(control);
    // Sooner would be a double click.
    await this.page.waitForTimeout(Math.max(0, this.#clicked + 600 - Date.now()));
    await this.hit(control);
  }

  /** Clicks at once, as a hand that is already moving does. */
  async hit(control: Locator): Promise<void> {
    await control.click();
    this.#clicked = Date.now();
  }

  /** Until this has stood where it stands for long enough to take input. */
  async still(control: Locator): Promise<void> {
    await control.and(this.page.locator(':not([data-fresh])')).waitFor();
  }

  /** The seconds that a preview shows. */
  async secondsLeft(id?: number): Promise<number> {
    return Number(await this.preview(id).locator('[data-seconds]').getAttribute('data-seconds'));
  }

  async accept(id?: number): Promise<void> {
    await this.aim(this.preview(id).getByRole('button', { name: 'Accept' }));
  }

  async decline(id?: number): Promise<void> {
    await this.aim(this.preview(id).getByRole('button', { name: 'Decline' }));
  }

  /** Until no preview is open (or not the one with this id). */
  async previewGone(id?: number): Promise<void> {
    await this.preview(id).waitFor({ state: 'detached' });
  }

  /** The card of a call: the one with this ConnID, else the first. */
  call(connId?: string): Locator {
    return connId === undefined ? this.page.locator('[data-call]').first() : this.page.locator(`[data-call="${connId}"]`);
  }

  /** Until a call is in this state: `ringing`, `dialing`, `established` or `held`. */
  async callIs(state: string, connId?: string): Promise<void> {
    const card = connId === undefined ? '' : `[data-call="${connId}"]`;
    await this.page.locator(`${card}[data-call-state="${state}"]`).first().waitFor();
  }

  /** Presses a button of the call strip. */
  async press(button: Exclude<Button, 'Transfer'>, connId?: string): Promise<void> {
    await this.aim(this.call(connId).getByRole('button', { name: button, exact: true }));
  }

  async transfer(to: string, connId?: string): Promise<void> {
    const card = this.call(connId);
    await this.aim(card.getByRole('button', { name: 'Transfer', exact: true }));
    await card.getByLabel('Transfer to number').fill(to);
    await this.aim(card.getByRole('button', { name: 'Transfer now' }));
  }

  /** Fills the form that is open on a card, and presses this button of it. */
  async give(label: string, number: string, go: string, connId?: string): Promise<void> {
    const card = this.call(connId);
    await card.getByLabel(label).fill(number);
    await this.aim(card.getByRole('button', { name: go }));
  }

  /** Until a message with this text shows. */
  async notice(text: string | RegExp): Promise<void> {
    await this.page.locator('[data-notice]').filter({ hasText: text }).waitFor();
  }

  /** Until the page says that it lost the host. */
  async saysLost(): Promise<void> {
    await this.page.locator('[data-banner=lost]').waitFor();
  }

  /** How many sounds this tab plays now, and when the last one stopped (the page's clock, ms since 1970). */
  sound(): Promise<SoundOfTest> {
    return this.page.evaluate(() => (window as unknown as { soundOfTest: SoundOfTest }).soundOfTest);
  }
}

export interface SoundOfTest {
  playing: number;
  started: number;
  stoppedAt: number;
  /** The length of the last sound's loop in seconds: tells one sound from another. */
  loop: number;
  /** The gain of the last sound's way out. */
  gain: number;
}

/** Runs in the page before anything else: counts the sounds that really start and stop. */
function recordSound(): void {
  const gains = new Map<AudioNode, GainNode>();
  let gain = (): number => -1;
  const record = {
    playing: 0,
    started: 0,
    stoppedAt: 0,
    loop: 0,
    get gain() {
      return gain();
    },
  };
  (window as unknown as { soundOfTest: typeof record }).soundOfTest = record;
  // Called with its node below.
  // eslint-disable-next-line @typescript-eslint/unbound-method
  const start = AudioBufferSourceNode.prototype.start;
  AudioBufferSourceNode.prototype.start = function (...when: []) {
    record.playing += 1;
    record.started += 1;
    record.loop = this.buffer?.duration ?? 0;
    gain = () => gains.get(this)?.gain.value ?? -1;
    this.addEventListener('ended', () => {
      record.playing -= 1;
      record.stoppedAt = Date.now();
    });
    start.apply(this, when);
  };
  // eslint-disable-next-line @typescript-eslint/unbound-method
  const connect = AudioNode.prototype.connect as (this: AudioNode, to: AudioNode) => AudioNode;
  AudioNode.prototype.connect = function (this: AudioNode, to: AudioNode) {
    if (to instanceof GainNode) gains.set(this, to);
    return connect.call(this, to);
  } as typeof AudioNode.prototype.connect;
}
