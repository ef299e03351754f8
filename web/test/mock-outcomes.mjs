/** What the mock host asks of calls and previews that are over. */

import { call } from './mock-host.mjs';

/** What is asked after `call()`. @param {Partial<import('../src/frames').Outcome>} [change] @returns {import('../src/frames').Outcome} */
export function outcome(change = {}) {
  return {
    id: 1,
    connId: call().connId,
    dn: '7001',
    about: 'call',
    caller: '+49 30 1234567',
    over: true,
    waits: false,
    codes: [
      { code: 'sold', label: 'Sold' },
      { code: 'later', label: 'Wants to be called again' },
    ],
    note: 200,
    ...change,
  };
}
