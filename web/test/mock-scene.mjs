/** What the simulated host tells where a test says nothing else: a worker's picture, a preview, a call. */

/**
 * @typedef {import('../src/frames').Snapshot} Snapshot
 * @typedef {import('../src/frames').Preview} Preview
 * @typedef {import('../src/frames').Call} Call
 */

export const hotkeys = { preview: 'Alt+P', accept: 'Alt+A', decline: 'Alt+D', silence: 'Alt+M', state: 'Alt+S' };

/** @returns {Snapshot} */
export function scene() {
  const ready = /** @type {const} */ ({ id: 'ready', icon: 'tag:ucc.genesyslab.com,2013:icons/status/ready', text: 'Ready', kind: 'ready' });
  return {
    person: { id: 'kim', name: 'Kim Novák', language: 'en' },
    state: ready,
    menu: [
      { id: 'ready', icon: ready.icon, text: 'Ready', ready: true },
      { id: 'dnd', icon: 'tag:ucc.genesyslab.com,2013:icons/status/dnd', text: 'Do not disturb', ready: false },
      { id: 'lunch', icon: '', text: 'Lunch', ready: false },
    ],
    logIn: false,
    logOut: true,
    idleAfter: 0,
    channels: [
      { dn: '7001', switch: 'Berlin', state: ready, marked: false, dial: true },
      {
        dn: '7002',
        switch: 'Munich',
        state: { id: 'predefOutOfService', icon: '', text: 'Out of service', kind: 'outOfService' },
        problem: { why: 'line-says', words: 'The T-Server does not know DN 7002. Ask your administrator.' },
        marked: true,
        dial: false,
      },
    ],
    previews: [],
    calls: [],
    chats: [],
    longestLine: 8000,
    form: { fields: [], foldOthers: false },
    serverTime: Date.now(),
    audio: { preview: '', chatPreview: '', call: '', chat: '' },
    note: true,
  };
}

/** @param {Partial<Preview>} [change] @returns {Preview} */
export function preview(change = {}) {
  const length = change.length ?? 30_000;
  return {
    id: 17,
    connId: '006a02a3f1b2c3d4',
    mediaType: 'voice',
    dn: '7001',
    deadline: Date.now() + length,
    length,
    caller: '+49 30 1234567',
    notes: 'Asked for Kim by name: a question on the invoice of May.',
    data: [
      { key: 'Customer', value: 'Ada Lovelace' },
      { key: 'Order.Number', value: '4711' },
      { key: 'Segment', value: 'Gold' },
    ],
    broadcast: false,
    ...change,
  };
}

/** @param {Partial<Call>} [change] @returns {Call} */
export function call(change = {}) {
  return {
    connId: '006a02a3f1b2c3d5',
    dn: '7001',
    state: 'established',
    caller: '+49 30 1234567',
    since: Date.now() - 65_000,
    data: [{ key: 'Customer', value: 'Ada Lovelace' }],
    buttons: ['hold', 'transfer', 'release'],
    parties: ['+49 30 1234567'],
    muted: false,
    ...change,
  };
}

/** The consult call that was made from `call()`. @param {Partial<Call>} [change] @returns {Call} */
export function consult(change = {}) {
  return {
    ...call({ connId: '006a02a3f1b2c3d6', caller: '7099', since: Date.now() - 8_000, data: [], parties: ['7099'] }),
    consultOf: call().connId,
    buttons: ['completeTransfer', 'completeConference', 'alternate', 'reconnect', 'release', 'mute', 'digits'],
    ...change,
  };
}
