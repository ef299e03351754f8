/** How loud, where and what rings is the worker's choice; what they try is what rings. */

import { describe, expect, it } from 'vitest';
import { chat } from './mock-chats.mjs';
import { call, preview } from './mock-host.mjs';
import type { WorkerPage } from './page';
import { becomes, stage } from './stage';

const on = stage();
const alerts = (kim: WorkerPage) => kim.page.getByRole('tab', { name: 'Alerts' }).click();
const rings = (page: WorkerPage, count: number) => becomes(async () => (await page.sound()).playing, count);
const offer = (id = 17): void => {
  on.host.tell({ type: 'previewOffer', ...preview({ id }) });
};
const ringing = (): void => {
  on.host.tell({ type: 'call', ...call({ state: 'ringing', buttons: ['answer'] }) });
};
const over = (id = 17): void => {
  on.host.tell({ type: 'previewEnd', id, end: 'cancelled', text: '' });
};

it('is as loud as the worker sets it, also after a reload, and the test plays just that', async () => {
  const kim = await on.worker();
  await alerts(kim);
  const volume = kim.page.getByRole('slider', { name: 'Volume' });
  await volume.focus();
  for (let press = 0; press < 10; press++) await kim.page.keyboard.press('ArrowLeft');
  await kim.page.getByText('50%', { exact: true }).waitFor();
  await kim.page.getByRole('button', { name: /^Test sound.*Preview of a call$/ }).click();
  await rings(kim, 1);
  const tried = await kim.sound();
  expect(tried.gain).toBeCloseTo(0.25);
  await rings(kim, 0);

  await kim.page.reload();
  await kim.settled();
  await kim.page.mouse.click(5, 5);
  offer();
  await rings(kim, 1);
  const rang = await kim.sound();
  expect(rang.gain).toBeCloseTo(0.25);
  expect(rang.loop).toBe(tried.loop);
});

it('follows the volume while it rings, and says that at 0 % nothing is heard', async () => {
  const kim = await on.worker();
  await alerts(kim);
  offer();
  await rings(kim, 1);
  await kim.page.getByRole('slider', { name: 'Volume' }).focus();
  await kim.page.keyboard.press('Home');
  await kim.page.getByText('The volume is 0 %').waitFor();
  await becomes(async () => (await kim.sound()).gain, 0);
});

it('tells a call from a preview, and changes when the preview ends', async () => {
  const kim = await on.worker();
  offer();
  await rings(kim, 1);
  const first = (await kim.sound()).loop;
  ringing();
  await kim.callIs('ringing');
  expect((await kim.sound()).loop).toBe(first);
  over();
  await becomes(async () => (await kim.sound()).loop !== first, true);
  await rings(kim, 1);
});

it('is silent for the kind that the worker has switched off, and for that one alone', async () => {
  const kim = await on.worker();
  await alerts(kim);
  await kim.page.getByLabel('Ringing call').selectOption('No sound');
  await kim.page.getByRole('button', { name: /^Test sound.*Ringing call$/ }).waitFor({ state: 'detached' });
  ringing();
  await kim.callIs('ringing');
  offer();
  await rings(kim, 1);
  over();
  await rings(kim, 0);
});

const loops = { usual: { preview: 2.4, chatPreview: 2.2, call: 3, chat: 2 }, sound6: 2.8 };
/** A file of silence. */
function wav(seconds: number): Buffer {
  const samples = Math.round(seconds * 8_000);
  const file = Buffer.alloc(44 + samples);
  file.write('RIFF', 0);
  file.writeUInt32LE(36 + samples, 4);
  file.write('WAVEfmt ', 8);
  for (const [at, value] of [[16, 16], [24, 8_000], [28, 8_000], [40, samples]] as const) file.writeUInt32LE(value, at);
  for (const [at, value] of [[20, 1], [22, 1], [32, 1], [34, 8]] as const) file.writeUInt16LE(value, at);
  file.write('data', 36);
  return file.fill(128, 44);
}
const soundsFor = async (kim: WorkerPage, seconds: number) => {
  await becomes(async () => Math.round((await kim.sound()).loop * 10), Math.round(seconds * 10));
  await rings(kim, 1);
};

describe('what rings', () => {
  const waits: [string, number, () => void, () => void][] = [
    ['a preview of a call', loops.usual.preview, () => { offer(); }, () => { over(); }],
    ['a preview of a chat', loops.usual.chatPreview, () => { on.host.tell({ type: 'previewOffer', ...preview({ mediaType: 'chat' }) }); }, () => { over(); }],
    ['a call', loops.usual.call, ringing, () => { on.host.tell({ type: 'callEnd', connId: call().connId, dn: '7001', ending: 'ended' }); }],
  ];

  it('each kind by a sound of its own, which the site can choose', async () => {
    const kim = await on.worker();
    for (const [, seconds, come, go] of waits) {
      come();
      await soundsFor(kim, seconds);
      go();
      await rings(kim, 0);
    }
    await kim.page.route('**/files/*.wav', (route) => route.fulfill({ body: wav(Number(/(\d+)\.wav/.exec(route.request().url())?.[1]) / 10), contentType: 'audio/wav' }));
    on.host.picture.audio = { preview: '/files/11.wav', chatPreview: '/files/12.wav', call: '/files/13.wav', chat: '/files/14.wav' };
    on.host.drop();
    await becomes(() => on.host.pages, 0);
    await becomes(() => on.host.pages, 1);
    await kim.settled();
    for (const [index, [, , come, go]] of waits.entries()) {
      come();
      await soundsFor(kim, 1.1 + index / 10);
      go();
      await rings(kim, 0);
    }
  });

  it('a chat’s preview by the site’s sound for previews, if that is all it has', async () => {
    on.host.picture.audio = { preview: '/files/15.wav', chatPreview: '', call: '', chat: '' };
    const kim = await on.worker();
    await kim.page.route('**/files/15.wav', (route) => route.fulfill({ body: wav(1.5), contentType: 'audio/wav' }));
    on.host.tell({ type: 'previewOffer', ...preview({ mediaType: 'chat' }) });
    await soundsFor(kim, 1.5);
  });

  it('by the worker’s choice, whatever the site has, which a try plays at once, and a reload keeps', async () => {
    on.host.picture.audio = { preview: '/files/none.wav', chatPreview: '', call: '', chat: '' };
    const kim = await on.worker();
    await alerts(kim);
    await kim.page.getByLabel('Preview of a call').selectOption('Sound 6');
    await kim.page.getByRole('button', { name: /^Test sound.*Ringing call$/ }).click();
    await soundsFor(kim, loops.usual.call);
    await kim.page.getByRole('button', { name: /^Test sound.*Preview of a call$/ }).click();
    await soundsFor(kim, loops.sound6);
    await kim.page.reload();
    await kim.settled();
    await kim.page.mouse.click(5, 5);
    offer();
    await soundsFor(kim, loops.sound6);
  });
});

describe('a chat', () => {
  const first = chat();
  const second = chat({ connId: '00c4000000000002', parties: ['7060'] });
  const says = (of: typeof first, revision: number) => {
    on.host.tell({ type: 'chat', ...of, unread: revision, revision });
  };

  /** Until these pages have taken in all that was told before. */
  const written = async (pages: WorkerPage[]) => {
    for (const { connId, dn } of on.host.picture.chats) on.host.tell({ type: 'chatTyping', connId, dn, party: 'Ada' });
    for (const { page } of pages) await page.locator('.chat-typing', { hasText: 'Ada' }).waitFor();
  };

  it('rings when it is new or has a line, while the worker looks at another one, and never while they look at it', async () => {
    const kim = await on.worker();
    on.host.tell({ type: 'chat', ...first });
    says(first, 1);
    await written([kim]);
    expect((await kim.sound()).started).toBe(0);
    on.host.tell({ type: 'chat', ...second });
    await soundsFor(kim, loops.usual.chat);
    await rings(kim, 0);
    says(second, 1);
    await rings(kim, 1);
    await kim.page.locator(`[data-chat-entry="${second.connId}"]`).click();
    await rings(kim, 0);
    const { started } = await kim.sound();
    says(second, 2);
    await written([kim]);
    expect((await kim.sound()).started).toBe(started);
  });

  it('does not ring in a tab behind the one where the worker looks at it', async () => {
    const kim = await on.worker();
    on.host.tell({ type: 'chat', ...first });
    const second = await on.tabOf(kim);
    await second.settled();
    await second.page.mouse.click(5, 5);
    await second.page.locator('[data-chat]').waitFor();
    await kim.page.evaluate(() => {
      document.hasFocus = () => false;
      dispatchEvent(new Event('blur'));
    });
    says(first, 1);
    await written([kim, second]);
    expect((await kim.sound()).started + (await second.sound()).started).toBe(0);
  });
});

it('plays on the device of the worker’s choice, on the default one while that is gone, and says so', async () => {
  const kim = await on.worker();
  await kim.page.addInitScript(twoDevices);
  await kim.page.reload();
  await kim.settled();
  await alerts(kim);
  await kim.page.getByLabel('Play on').selectOption({ label: 'Headset' });
  await becomes(() => sink(kim), 'headset');
  await plug(kim, ['speaker']);
  await kim.page.getByText('The chosen device is gone').waitFor();
  await becomes(() => sink(kim), '');
  await becomes(() => kim.page.getByLabel('Play on').evaluate((select) => (select as HTMLSelectElement).selectedOptions[0]?.text), 'Not connected');
  await plug(kim, ['speaker', 'headset']);
  await kim.page.getByText('Sound is ready').waitFor();
  await becomes(() => sink(kim), 'headset');
});

it('offers no device where the browser lists none', async () => {
  const kim = await on.worker();
  await alerts(kim);
  await kim.page.getByRole('slider', { name: 'Volume' }).waitFor();
  expect(await kim.page.getByLabel('Play on').count()).toBe(0);
});

it('keeps what is set for this page where storage is forbidden, and says so', async () => {
  const kim = await on.worker();
  await kim.page.addInitScript(() => {
    const forbid = (): never => {
      throw new DOMException('forbidden', 'SecurityError');
    };
    Storage.prototype.getItem = forbid;
    Storage.prototype.setItem = forbid;
  });
  await kim.page.reload();
  await kim.settled();
  await alerts(kim);
  await kim.page.getByText('does not remember your choices').waitFor();
  await kim.page.getByLabel('Preview of a call').selectOption('No sound');
  offer();
  await kim.preview().waitFor();
  expect((await kim.sound()).started).toBe(0);
});

type Doubled = Window & { devices: string[]; sink: string };
const sink = (kim: WorkerPage) => kim.page.evaluate(() => (window as unknown as Doubled).sink);
const plug = (kim: WorkerPage, devices: string[]) =>
  kim.page.evaluate((devices) => {
    (window as unknown as Doubled).devices = devices;
    navigator.mediaDevices.dispatchEvent(new Event('devicechange'));
  }, devices);

/** A machine without sound has no devices: a double stands in for a speaker and a headset. */
function twoDevices(): void {
  const page = window as unknown as Doubled;
  page.devices = ['speaker', 'headset'];
  navigator.mediaDevices.enumerateDevices = () => {
    const all = page.devices.map((id) => ({ kind: 'audiooutput', deviceId: id, label: id === 'headset' ? 'Headset' : 'Speaker', groupId: '' }));
    return Promise.resolve(all as unknown as MediaDeviceInfo[]);
  };
  Object.assign(AudioContext.prototype, {
    setSinkId: (id: string) => {
      if (id !== '' && !page.devices.includes(id)) return Promise.reject(new DOMException('gone', 'NotFoundError'));
      page.sink = id;
      return Promise.resolve();
    },
  });
}
