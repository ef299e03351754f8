/** One story for each feature of the page, from sign-in to what the T-Server's log says of it, against the real service. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { WorkerPage } from '../page';
import { becomes } from '../stage';
import { ContactCentre } from './contact-centre';
import { desks } from './desk';

const SETTINGS = `
after-missed-previews = 1
enable-preview-reporting = true
`;
const MORE = `
[[user-data]]
key = "Order"
label = { en = "Purchase", de = "Bestellung" }
edit = true
[[user-data]]
key = "Result"
label = "Result of the talk"
edit = true
[outcome]
note-key = "OutcomeNote"
[[disposition]]
code = "sold"
label = { en = "Sold", de = "Verkauft" }
for = ["call"]
[numbering-plan]
allowed = ["+49"]
national-prefix = "0"
country-code = "49"
`;

const at = desks();
let centre: ContactCentre;
beforeAll(async () => {
  centre = await ContactCentre.start({ settings: SETTINGS, more: MORE });
});
afterAll(async () => {
  expect(await centre.stop()).toBe(0);
});

/** Lee, whose page is German. */
async function lee(): Promise<WorkerPage> {
  const lee = await at.open(centre.url);
  await lee.signIn('lee', 'demo-lee');
  return lee;
}

/** Presses a button of a call, in whatever language. */
const pressed = (page: WorkerPage, button: string): Promise<void> => page.aim(page.call().locator(`[data-button=${button}]`));

async function available(): Promise<WorkerPage> {
  const kim = await at.open(centre.url);
  await kim.signIn('kim', 'demo-kim');
  await kim.choose('Available');
  await kim.showsState('Available');
  return kim;
}

/** Kim talks with a customer; the call's ConnID. */
async function talking(...data: string[]): Promise<[WorkerPage, string]> {
  const kim = await available();
  const call = await centre.command(['call +493012345 5001', ...data].join(' '));
  await kim.callIs('ringing', call);
  await kim.press('Answer', call);
  await kim.callIs('established', call);
  return [kim, call];
}

/** From here on the T-Server's log is read: what it says of these, in this order. */
function logged(): (...wanted: RegExp[]) => Promise<void> {
  let place = centre.tServer.output.length;
  return async (...wanted) => {
    for (const one of wanted) {
      const found = (): RegExpExecArray | null => one.exec(centre.tServer.output.slice(place));
      await expect.poll(found, { message: String(one), timeout: 5_000 }).not.toBeNull();
      const [text, at] = [found()?.[0] ?? '', found()?.index ?? 0];
      place += at + text.length;
    }
  };
}

it('business data is changed, added and removed during a call', async () => {
  const [kim, call] = await talking('Order=4711', 'Customer=Ada');
  const log = logged();
  const row = (key: string) => kim.call().locator(`[data-key="${key}"]`);
  await kim.aim(row('Order').getByRole('button', { name: 'Change Purchase' }));
  await kim.call().getByRole('textbox', { name: 'Purchase' }).fill('4712');
  await kim.page.keyboard.press('Enter');
  await row('Order').getByText('4712', { exact: true }).waitFor();
  await log(/RequestUpdateUserData/, /4712/);
  await kim.aim(kim.call().getByRole('button', { name: 'Add Result of the talk' }));
  await kim.page.keyboard.type('sold');
  await kim.page.keyboard.press('Enter');
  await row('Result').getByText('sold').waitFor();
  await log(/Request(Attach|Update)UserData/, /Result/);
  await kim.aim(row('Result').getByRole('button', { name: 'Change Result of the talk' }));
  await kim.aim(row('Result').getByRole('button', { name: 'Remove' }));
  await kim.call().getByRole('button', { name: 'Add Result of the talk' }).waitFor();
  await log(/RequestDeletePair/, /Result/);
  await at.picture(kim, '10-business-data');
  await kim.press('Hang up', call);
  await kim.call(call).waitFor({ state: 'detached' });
});

it('a third party is added, digits are sent, the microphone is muted', async () => {
  const [kim, call] = await talking();
  const colleague = await lee();
  const log = logged();
  await kim.press('More actions');
  await kim.press('Keypad');
  await kim.aim(kim.call().getByRole('group', { name: 'Keypad' }).getByRole('button', { name: '5' }));
  await log(/RequestSendDTMF/);
  await kim.page.keyboard.press('Escape');
  await kim.press('Mute');
  await kim.call().getByRole('button', { name: 'Unmute' }).waitFor();
  await kim.press('Unmute');
  await log(/RequestSetMuteOn/, /RequestSetMuteOff/);
  await kim.press('Add someone');
  await kim.call().getByLabel('Number to add').fill('5002');
  // Who is found moves the button, which then takes nothing for half a second.
  await kim.page.locator('[data-target="worker:lee"]').waitFor();
  await kim.aim(kim.call().getByRole('button', { name: 'Add now' }));
  await log(/RequestSingleStepConference/);
  await colleague.callIs('ringing', call);
  await pressed(colleague, 'answer');
  await colleague.callIs('established', call);
  await at.picture(kim, '11-conference');
  await kim.press('Hang up', call);
  await kim.call(call).waitFor({ state: 'detached' });
  await pressed(colleague, 'release');
  await colleague.call(call).waitFor({ state: 'detached' });
});

it('a call is made from the page', async () => {
  const [kim, colleague] = [await available(), await lee()];
  const log = logged();
  await kim.aim(kim.page.locator('[data-button=dial]'));
  await kim.page.getByLabel('Number to call').fill('mus');
  await kim.page.locator('[data-target="worker:lee"]').waitFor();
  await kim.page.keyboard.press('ArrowDown');
  await kim.page.keyboard.press('Enter');
  await kim.page.locator('[data-chosen="worker:lee"]').waitFor();
  await kim.aim(kim.page.locator('.dial form').getByRole('button', { name: 'Call', exact: true }));
  await log(/RequestMakeCall/, /5002/);
  await colleague.callIs('ringing');
  await pressed(colleague, 'answer');
  await kim.callIs('established');
  await kim.press('Hang up');
  await Promise.all([kim, colleague].map((page) => page.call().waitFor({ state: 'detached' })));
});

it('what came of a call is noted', async () => {
  const [kim, call] = await talking();
  const log = logged();
  await kim.press('Hang up', call);
  // Of calls before it may be asked, too.
  const card = kim.page.locator(`.card[data-outcome-of="${call}"]`);
  await card.getByLabel('Outcome').selectOption('Sold');
  await card.getByLabel('Note').fill('Wants the blue one');
  await at.picture(kim, '12-outcome');
  await kim.aim(card.getByRole('button', { name: 'Save outcome' }));
  await card.waitFor({ state: 'detached' });
  await log(/RequestUpdateUserData/, /DispositionCode/, /sold/);
});

it('accepted calls go to an outside number, within the numbering plan', async () => {
  const kim = await available();
  const number = kim.page.getByLabel('Outside number');
  const send = kim.page.getByRole('button', { name: 'Send calls there' });
  await number.fill('+43 1 234');
  await kim.aim(send);
  await kim.page.locator('[data-notice=problem]').waitFor();
  await number.fill('0711 12345');
  await kim.aim(send);
  await kim.page.getByRole('note').filter({ hasText: '+4971112345' }).waitFor();
  await at.picture(kim, '13-outside-number');
  const asked = centre.preview('link', '--agent', '5001', '--conn-id', 'f1');
  await kim.preview().filter({ hasText: '+4971112345' }).waitFor();
  await kim.accept();
  expect((await asked).text).toContain('+4971112345');
  await kim.aim(kim.page.getByRole('button', { name: 'Back to my own number' }));
  await kim.page.getByRole('note').waitFor({ state: 'detached' });
});

it('a missed preview makes not ready until the worker is back, is told to the reporting, and is listed at a page that opens later', async () => {
  const kim = await available();
  const log = logged();
  const asked = centre.preview('link', '--agent', '5001', '--conn-id', 'f2', '--timeout', '1', '--data', 'ANI=+49305550');
  await kim.preview().waitFor();
  expect(await asked).toEqual({ code: 11, text: 'timed-out' });
  await log(/RequestDistributeUserEvent/, /RequestDistributeUserEvent/);
  await becomes(() => kim.stateKind(), 'notReady');
  await at.picture(kim, '14-missed');
  await kim.aim(kim.page.getByRole('button', { name: 'I am back' }));
  await becomes(() => kim.stateKind(), 'ready');
  await log(/RequestAgentReady/);

  const elsewhere = await at.open(centre.url);
  await elsewhere.signIn('kim', 'demo-kim');
  const tab = elsewhere.page.getByRole('tab', { name: /^Earlier Missed: / });
  await tab.waitFor();
  await tab.click();
  await elsewhere.page.locator('[data-past][data-outcome=timedOut]').filter({ hasText: '+49305550' }).waitFor();
  await at.picture(elsewhere, '15-earlier');
});

it('the extension window shows previews, and carries the call', async () => {
  const kim = await at.open(`${centre.url}extension/`);
  await kim.page.getByLabel('User name').fill('kim');
  await kim.page.getByLabel('Password').fill('demo-kim');
  await kim.page.getByRole('button', { name: 'Sign in' }).click();
  await kim.page.locator('#state[data-kind]:not([data-kind=unknown])').waitFor();
  await kim.page.getByLabel('Your state').selectOption('Available');
  await kim.page.locator('#state[data-kind=ready]').waitFor();
  const log = logged();
  const call = await centre.command('call +493012345 9000');
  const asked = centre.previewAndRoute('--agent', '5001', '--dn', '5001', '--conn-id', call, '--data', 'ANI=+493012345');
  const settled = kim.page.locator('#page:not([data-fresh])');
  await kim.page.locator('[data-preview]').waitFor();
  await settled.waitFor();
  await kim.page.getByRole('button', { name: 'Accept' }).click();
  expect((await asked).code).toBe(0);
  await kim.page.getByRole('button', { name: 'Answer' }).waitFor();
  await settled.waitFor();
  await kim.page.getByRole('button', { name: 'Answer' }).click();
  await log(/RequestAnswerCall/);
  await kim.page.getByRole('button', { name: 'Hold' }).waitFor();
  await at.picture(kim, '16-extension');
  await settled.waitFor();
  await kim.page.getByRole('button', { name: 'Hang up' }).click();
  await kim.page.locator('[data-call]').waitFor({ state: 'detached' });
});

it('the page speaks another language, and what the site calls its data', async () => {
  const colleague = await lee();
  await becomes(() => colleague.page.evaluate(() => document.documentElement.lang), 'de');
  await centre.command('call +493012345 5002 Order=4711');
  await colleague.call().getByRole('rowheader', { name: 'Bestellung' }).waitFor();
  await at.picture(colleague, '17-german');
});
