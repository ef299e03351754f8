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
  showTargets(desk.workers);
  at('dns').replaceChildren(...desk.workers.flatMap(workerRows));
  at('calls').replaceChildren(...desk.calls.map(callCard));
  at('no-calls').hidden = desk.calls.length > 0;
}

function showLinks(desk) {
  const page = make('a', 'Open the worker’s page');
  page.href = desk.page;
  page.target = '_blank';
  at('links').replaceChildren(page, make('span', ` · users ${desk.users}`));
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
  const many = ['roundRobin', 'broadcast'].includes(new FormData(at('call')).get('strategy'));
  const boxes = [...at('targets').querySelectorAll('input')];
  const first = Math.max(boxes.findIndex((box) => box.checked), 0);
  // A box that turns into a radio button while it is checked would uncheck the others.
  for (const box of boxes) Object.assign(box, { checked: false, type: many ? 'checkbox' : 'radio' });
  boxes.forEach((box, index) => { box.checked = many || index === first; });
}

function workerRows(worker) {
  return worker.dns.map((line) => {
    const row = make('tr', undefined, line.status);
    const state = make('td');
    state.append(make('span', undefined, 'dot'), line.text);
    row.append(make('td', `${worker.name} · agent ${worker.agentId}`), make('td', line.dn), state);
    return row;
  });
}

function callCard(call) {
  const card = make('li', undefined, call.open ? '' : 'over');
  const what = make('div');
  what.append(make('strong', `${call.from} → ${call.to}`), make('br'), make('small', `${call.connId} · ${call.story}`));
  card.append(what);
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
    from: form.get('from'), strategy: form.get('strategy'), agents: form.getAll('target'), data,
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
