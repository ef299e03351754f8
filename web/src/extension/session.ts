/** Whose session this is, and signing in. Callbacks: Internet Explorer has neither `fetch` nor `Promise`. */

const SESSION = '/api/v1/session';
const PATIENCE_MS = 8_000;

/** `status` 0: the host is out of reach. */
export type Answered = (status: number) => void;

export const whoAmI = (answered: Answered): void => {
  ask('GET', null, answered);
};

export const signIn = (user: string, password: string, answered: Answered): void => {
  ask('POST', JSON.stringify({ user, password }), answered);
};

function ask(method: string, body: string | null, answered: Answered): void {
  const request = new XMLHttpRequest();
  // An old browser keeps answers to GET unless the address is new.
  request.open(method, method === 'GET' ? `${SESSION}?at=${new Date().getTime()}` : SESSION);
  request.timeout = PATIENCE_MS;
  request.setRequestHeader('Accept', 'application/json');
  if (body !== null) request.setRequestHeader('Content-Type', 'application/json');
  request.onloadend = () => {
    answered(request.status);
  };
  request.send(body);
}
