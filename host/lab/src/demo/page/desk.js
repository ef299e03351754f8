'use strict';
// Everything shown comes from one event stream; nothing is kept here that a reload would lose.
const at = (id) => document.getElementById(id);
const KEEP = 2000;

function make(tag, text, className) {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  if (className) element.className = className;
  return element;
}

async function send(method, path, body) {
  const response = await fetch(path, {
    method, headers: { 'Content-Type': 'application/json' }, body: body && JSON.stringify(body),
  });
  if (!response.ok) throw new Error((await response.text()) || `${response.status}`);
}

/* the desk: workers, calls */

let workers = [];

function showDesk(desk) {
  showLinks(desk);
  showSteps(desk);
  showWays(desk.previews);
  showTargets(desk.workers);
  showRows('dns', desk.workers.flatMap(({ name, agentId, dns }) => dns.map((line) => ({ name, agentId, ...line }))), workerRow, showState);
  at('platform').hidden = desk.people === null;
  showRows('people', desk.people ?? [], personRow, showPresence);
  at('calls').replaceChildren(...desk.calls.map(callCard));
  at('no-calls').hidden = desk.calls.length > 0;
}

function showLinks(desk) {
  at('mode').textContent = ` · ${desk.mode} mode`;
  if (desk.page === null) return;
  const page = make('a', 'Open the worker’s page');
  page.href = desk.page;
  page.target = '_blank';
  at('links').replaceChildren(page, make('span', ` · users ${desk.users}`));
}

function showSteps(desk) {
  const places = { '{page}': ['the worker’s page', desk.page], '{lab}': ['this page', '#call'] };
  const steps = desk.steps.map((step) => {
    const item = make('li');
    item.append(...step.split(/(\{page\}|\{lab\})/).map((part) => {
      const [text, href] = places[part] ?? [part];
      return href ? Object.assign(make('a', text), { href, target: href.startsWith('#') ? '' : '_blank' }) : text;
    }));
    return item;
  });
  if (at('steps').childElementCount === 0) at('steps').replaceChildren(...steps);
}

/** Where nobody is asked, a call goes straight to a DN. */
function showWays(previews) {
  if (previews || at('ways').disabled) return;
  at('call').elements.strategy.value = 'direct';
  at('ways').disabled = true;
  chooseKind();
}

/** Rows stay, and with them the focus, as long as the same people are there. */
function showRows(id, all, row, update) {
  const body = at(id);
  if (body.childElementCount !== all.length) body.replaceChildren(...all.map(row));
  all.forEach((one, index) => update(body.children[index], one));
}

function showTargets(now) {
  if (JSON.stringify(now.map((w) => w.agentId)) === JSON.stringify(workers.map((w) => w.agentId))) return;
  workers = now;
  const choices = now.map((worker, index) => {
    const label = make('label');
    const box = make('input');
    Object.assign(box, { name: 'target', value: worker.agentId, checked: index === 0 });
    label.append(box, ` ${worker.name} (${worker.dns.map((line) => line.dn).join(', ')})`);
    return label;
  });
  at('targets').replaceChildren(make('legend', 'Whom'), ...choices);
  chooseKind();
}

/** Only two strategies ask more than one worker. */
function chooseKind() {
  const many = ['roundRobin', 'broadcast'].includes(at('call').elements.strategy.value);
  const boxes = [...at('targets').querySelectorAll('input')];
  const first = Math.max(boxes.findIndex((box) => box.checked), 0);
  // A box that turns into a radio button while it is checked would uncheck the others.
  for (const box of boxes) Object.assign(box, { checked: false, type: many ? 'checkbox' : 'radio' });
  boxes.forEach((box, index) => { box.checked = many || index === first; });
}

function workerRow(line) {
  const row = make('tr');
  const deeds = [['loggedIn', 'Log in'], ['ready', 'Ready'], ['notReady', 'Not ready'], ['afterCallWork', 'After Call Work'],
    ['legalGuard', 'Legal Guard'], ['loggedOut', 'Log out'], ['chat', 'An agent begins a chat']];
  const choose = chooser(`${line.name} at another desktop`, deeds, (state) =>
    state === 'chat' ? send('POST', 'api/chats', { dn: line.dn }) : send('POST', 'api/desktop', { dn: line.dn, state }));
  row.append(make('td', `${line.name} · agent ${line.agentId}`), make('td', line.dn), make('td'), choose);
  return row;
}

function showState(row, line) {
  row.className = line.status;
  row.children[2].replaceChildren(make('span', undefined, 'dot'), line.text);
}

/* the UC platform */

const CHOICES = [[3500, 'Available'], [6500, 'Busy'], [9500, 'Do not disturb'], [12500, 'Be right back'], [15500, 'Away'], ['', 'Signed out']];

/** By the lower bounds of MS-PRES. */
const CLASSES = [[18000, 'Offline', 'LoggedOut'], [15000, 'Away', 'NotReady'], [12000, 'Be right back', 'NotReady'],
  [9000, 'Do not disturb', 'NotReady'], [6000, 'Busy', 'NotReady'], [3000, 'Available', 'Ready']];

function personRow(person) {
  const row = make('tr');
  const choose = chooser(`${person.name} on the UC platform`, CHOICES, (choice) =>
    send('POST', 'api/people', { agent: person.agentId, availability: choice === '' ? null : Number(choice) }));
  row.append(make('td', person.name), make('td'), choose);
  return row;
}

function showPresence(row, { availability, note }) {
  const [, word, look] = CLASSES.find(([least]) => availability >= least) ?? [0, 'Unknown', 'LoggedOut'];
  row.className = look;
  row.children[1].replaceChildren(make('span', undefined, 'dot'), word, note === '' ? '' : make('small', ` · ${note}`, 'dim'));
}

/** A cell with a list; choosing does it, also the same again. */
function chooser(label, choices, act) {
  const list = make('select');
  list.setAttribute('aria-label', label);
  list.append(Object.assign(make('option', 'choose…'), { value: 'none' }));
  list.append(...choices.map(([value, text]) => Object.assign(make('option', text), { value })));
  list.onchange = () => {
    const chosen = list.value;
    list.value = 'none';
    at('desk-error').textContent = '';
    act(chosen).catch((error) => { at('desk-error').textContent = error.message; });
  };
  const cell = make('td');
  cell.append(list);
  return cell;
}

function callCard(call) {
  const card = make('li', undefined, call.open ? '' : 'over');
  const what = make('div');
  what.append(make('strong', `${call.from} → ${call.to}`), make('br'), make('small', `${call.connId} · ${call.story}`));
  card.append(what);
  if (call.rings) {
    const answer = make('button', 'Answer');
    answer.type = 'button';
    answer.onclick = () => send('POST', `api/calls/${call.connId}/answer`).catch(complain);
    card.append(answer);
  }
  if (call.open) {
    const hangUp = make('button', 'Hang up');
    hangUp.type = 'button';
    hangUp.onclick = () => send('DELETE', `api/calls/${call.connId}`).catch(complain);
    card.append(hangUp);
  }
  return card;
}

/* the customer */

const complain = (error) => { at('call-error').textContent = error.message; };

at('call').addEventListener('change', (event) => event.target.name === 'strategy' && chooseKind());
at('call').addEventListener('submit', (event) => {
  event.preventDefault();
  const form = new FormData(event.target);
  const data = form.get('data').split('\n').filter((line) => line.includes('='))
    .map((line) => [line.slice(0, line.indexOf('=')).trim(), line.slice(line.indexOf('=') + 1).trim()]);
  at('call-error').textContent = '';
  send('POST', 'api/calls', {
    from: form.get('from'), strategy: form.get('strategy') ?? 'direct', agents: form.getAll('target'), data,
  }).catch(complain);
});

/* the log */

const shown = (entry) => entry.textContent.toLowerCase().includes(at('filter').value.toLowerCase());

function addEntry({ text, fromClient }) {
  const log = at('log');
  const entry = make('pre', text, fromClient ? 'in' : 'out');
  entry.hidden = !shown(entry);
  log.append(entry);
  while (log.childElementCount > KEEP) log.firstChild.remove();
  if (at('follow').checked) log.scrollTop = log.scrollHeight;
}

at('filter').addEventListener('input', () => { for (const entry of at('log').children) entry.hidden = !shown(entry); });
at('clear').addEventListener('click', () => at('log').replaceChildren());

/* the stream */

const stream = new EventSource('api/events');
stream.addEventListener('desk', (event) => showDesk(JSON.parse(event.data)));
stream.addEventListener('log', (event) => addEntry(JSON.parse(event.data)));
stream.onopen = () => { at('link-state').textContent = 'live'; at('log').replaceChildren(); };
stream.onerror = () => { at('link-state').textContent = 'the lab is gone; trying again…'; };
