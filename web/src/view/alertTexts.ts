import type { Permission } from '../alert/notification';
import type { PlainKey } from '../text/language';

/** What is said of notifications that the worker has decided on, or the browser. */
export const permissionText: Record<Exclude<Permission, 'default'>, PlainKey> = {
  granted: 'alert-notificationsOn',
  denied: 'alert-notificationsOff',
  none: 'alert-notificationsNone',
};
