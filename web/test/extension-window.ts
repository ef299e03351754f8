/** The extension window of a worker who is signed in. */

import { likeAnOldBrowser } from './old-browser';
import type { WorkerPage } from './page';
import type { stage } from './stage';

/** As wide and high as the client makes it. */
export async function extensionOf(on: ReturnType<typeof stage>, width: number, height: number, old = true): Promise<WorkerPage> {
  const kim = await on.stranger({ viewport: { width, height } });
  if (old) await likeAnOldBrowser(kim.page);
  await kim.page.goto(`${on.host.url}extension/`);
  await kim.page.getByLabel('User name').fill('kim');
  await kim.page.getByLabel('Password').fill('right');
  await kim.page.getByRole('button', { name: 'Sign in' }).click();
  await kim.page.locator('#state[data-kind=ready]').waitFor();
  return kim;
}

/** Until what is on the page has stood there long enough to be pressed. */
export const still = (kim: WorkerPage): Promise<void> => kim.page.locator('#page:not([data-fresh])').waitFor();
