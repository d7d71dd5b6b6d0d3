/** Announcements for screen readers: politely, at most twice a second. */
const EVERY_MILLIS = 500;
let timer: ReturnType<typeof setTimeout> | undefined;
let next = '';

export function speak(text: string): void {
  next = text;
  timer ??= setTimeout(() => {
    timer = undefined;
    const region = document.getElementById('spoken');
    if (region && region.textContent !== next) region.textContent = next;
  }, EVERY_MILLIS);
}
