/**
 * The first script of every page under test. It notes what goes wrong, waits until the page has finished, sends a report
 * to the server, and goes on to the page that the server answers with.
 *
 * A page has finished when its program calls `report(value)`, when something matches the selector `until` of this
 * script's address, or at the first error that nobody catches.
 */
import type { Visit } from './browser.js';

const seen: Omit<Visit, 'missing'> = { value: null, text: '', errors: [], said: [], refused: [] };
const until = new URL((document.currentScript as HTMLScriptElement).src).searchParams.get('until');
let sent = false;

function send(): void {
  if (sent) return;
  sent = true;
  // What was refused is told a moment later.
  setTimeout(async () => {
    seen.text = (until && document.querySelector(until)?.textContent) || '';
    const answer = await fetch('report', { method: 'POST', body: JSON.stringify(seen) });
    location.replace(await answer.text());
  }, 50);
}

addEventListener(
  'error',
  (event) => {
    const { target } = event;
    if (event instanceof ErrorEvent) seen.errors.push(textOf(event.error ?? event.message));
    else seen.errors.push(`${(target as HTMLScriptElement | null)?.src} did not load`);
    send();
  },
  true,
);
addEventListener('unhandledrejection', ({ reason }) => {
  seen.errors.push(textOf(reason));
  send();
});
addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => {
  seen.refused.push(`${effectiveDirective} ${blockedURI}`);
});
for (const method of ['warn', 'error'] as const) {
  const original = console[method];
  console[method] = (...values: unknown[]) => {
    seen.said.push(values.map(textOf).join(' '));
    original(...values);
  };
}

/** An error with its stack, which in Firefox and WebKit does not contain the message. */
function textOf(thrown: unknown): string {
  return thrown instanceof Error ? `${thrown.name}: ${thrown.message}\n${thrown.stack}` : String(thrown);
}

Object.assign(globalThis, {
  report(value: unknown) {
    seen.value = value;
    send();
  },
});

if (until) {
  const timer = setInterval(() => {
    if (!document.querySelector(until)) return;
    clearInterval(timer);
    send();
  }, 20);
}
