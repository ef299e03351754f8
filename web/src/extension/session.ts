/** Whose session this is, signing in, and the texts of a language. Callbacks: Internet Explorer has neither `fetch` nor `Promise`. */

const SESSION = '/api/v1/session';
const TEXTS = '/api/v1/texts/';
const PATIENCE_MS = 8_000;

/** `status` 0: the host is out of reach. */
export type Answered = (status: number) => void;

export const whoAmI = (answered: Answered): void => {
  // An old browser keeps answers to GET unless the address is new.
  ask('GET', `${SESSION}?at=${new Date().getTime()}`, null, ({ status }) => { answered(status); });
};

export const signIn = (user: string, password: string, answered: Answered): void => {
  ask('POST', SESSION, JSON.stringify({ user, password }), ({ status }) => { answered(status); });
};

/** The language file as the host has it; null: it is out of reach. */
export const textsOf = (tag: string, answered: (file: string | null) => void): void => {
  ask('GET', TEXTS + tag, null, ({ status, responseText }) => { answered(status === 200 ? responseText : null); });
};

function ask(method: string, address: string, body: string | null, answered: (request: XMLHttpRequest) => void): void {
  const request = new XMLHttpRequest();
  request.open(method, address);
  request.timeout = PATIENCE_MS;
  if (body !== null) request.setRequestHeader('Content-Type', 'application/json');
  request.onloadend = () => {
    answered(request);
  };
  request.send(body);
}
