/** What the worker can set for this browser. */

import { storedSwitch } from './stored';

export const sound = storedSwitch('sound', true);
/** WCAG 2.1.4: shortcuts can be switched off. */
export const shortcuts = storedSwitch('shortcuts', true);
/** Whether the page may still offer to turn on notifications. */
export const offerNotifications = storedSwitch('offer-notifications', true);
