/**
 * The token of a collector that wants one: asked for once a tab, kept in its session storage, sent with every question.
 */
const STORED_AS = 'sandscope.token';

/** What goes with a question. */
export function tokenHeaders(): Record<string, string> {
  const token = sessionStorage.getItem(STORED_AS);
  return token === null ? {} : { authorization: `Bearer ${token}` };
}

/** Shows the form in place of the page until a token was given. Resolves then. */
export async function askForToken(): Promise<void> {
  const wasWrong = sessionStorage.getItem(STORED_AS) !== null;
  sessionStorage.removeItem(STORED_AS);
  const form = document.getElementById('token-form') as HTMLFormElement;
  const input = document.getElementById('token') as HTMLInputElement;
  document.getElementById('token-note')!.textContent = wasWrong
    ? 'That token is not valid here.'
    : 'This collector shows what it knows only to those who have a query token.';
  setShown(form, true);
  input.focus();
  await new Promise<void>((resolve) => {
    form.addEventListener(
      'submit',
      (event) => {
        event.preventDefault();
        // Blanks around it come with copying. What no header can carry is not a token either.
        sessionStorage.setItem(STORED_AS, input.value.trim().replaceAll(/[^\x21-\x7e]/g, '?'));
        input.value = '';
        resolve();
      },
      { once: true },
    );
  });
  setShown(form, false);
}

function setShown(form: HTMLFormElement, isShown: boolean): void {
  form.hidden = !isShown;
  document.querySelector('main')!.hidden = isShown;
}
