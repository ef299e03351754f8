/** How loud, where and what rings is the worker's choice; what they try is what rings. */

import { expect, it } from 'vitest';
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
  await kim.page.getByRole('button', { name: 'Test preview sound' }).click();
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
  await kim.page.getByRole('switch', { name: 'ringing call' }).click();
  await kim.page.getByRole('button', { name: 'Test call sound' }).waitFor({ state: 'detached' });
  ringing();
  await kim.callIs('ringing');
  offer();
  await rings(kim, 1);
  over();
  await rings(kim, 0);
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
  await kim.page.getByRole('switch', { name: 'with a preview' }).click();
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
