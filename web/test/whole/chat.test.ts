/** A chat in a real browser, against the real service: from the preview to the T-Server's log. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { becomes } from '../stage';
import { ContactCentre } from './contact-centre';
import { desks } from './desk';

const at = desks();
let centre: ContactCentre;
beforeAll(async () => {
  centre = await ContactCentre.start();
});
afterAll(async () => {
  expect(await centre.stop()).toBe(0);
});

it('is previewed, accepted, opened, written in on both sides, outlives the T-Server\'s connection, and is left', async () => {
  const kim = await at.open(centre.url);
  await kim.signIn('kim', 'demo-kim');
  await kim.choose('Available');
  await kim.channelIs('5001', 'ready');
  const asked = centre.preview('link', '--agent', '5001', '--dn', '5001', '--conn-id', 'c4', '--data', 'Subject=Invoice');
  await kim.accept();
  expect((await asked).text).toBe('accepted agent=5001 dn=5001 switch=lab');
  const chat = await centre.command('chat 7001 5001 Subject=Invoice Order=4711');

  const card = kim.page.locator(`[data-chat="${chat}"]`);
  await card.getByRole('heading', { name: 'Chat with 7001' }).waitFor();
  const lines = () => card.locator('[data-chat-line] .chat-text').allTextContents();
  await centre.command(`say ${chat} 7001 <b>Hello</b> Kim`);
  await becomes(lines, ['<b>Hello</b> Kim']);
  await kim.page.getByLabel('Your message').pressSequentially('Which invoice?');
  await kim.page.keyboard.press('Enter');
  await becomes(lines, ['<b>Hello</b> Kim', 'Which invoice?']);
  await centre.tServer.says(/Which invoice\?/);
  expect(await centre.command(`said ${chat}`)).toBe('7001: <b>Hello</b> Kim\n5001: Which invoice?');
  await at.picture(kim, '7-chat');

  await centre.command('close');
  await centre.command(`say ${chat} 7001 The one of May`);
  await kim.page.getByLabel('Your message').fill('I see it');
  await kim.page.getByLabel('Your message').press('Enter');
  await becomes(async () => [...(await lines())].sort(), ['<b>Hello</b> Kim', 'I see it', 'The one of May', 'Which invoice?'], 15_000);

  await kim.aim(card.getByRole('button', { name: 'Ask to talk to the customer' }));
  await centre.tServer.says(/escalat/);
  await centre.command(`escalation ${chat} accepted`);
  await card.getByText('The call is put through to you.').waitFor();
  const call = await centre.command(`call +493012345 5001 UCC_CHAT_CONNID=${chat}`);
  await card.locator(`[data-chat-call="${call}"]`).waitFor();
  await centre.command(`hang-up ${call}`);

  await kim.aim(card.getByRole('button', { name: 'Leave chat' }));
  await card.getByText('You have left this chat.').waitFor();
  await kim.aim(card.getByRole('button', { name: 'Close chat' }));
  await card.waitFor({ state: 'detached' });
  await kim.choose('Log out');
  await kim.signOut();
});
