/**
 * Makes what a host shows into a fresh picture, and leaves alone what has not changed: only what differs is laid out and
 * painted again. Afterwards the host is as if the fresh picture had been put there, to the letter.
 */
export function renew(host: Element, fresh: Element): void {
  const shown = host.firstElementChild;
  if (shown && host.childNodes.length === 1 && shown.nodeName === fresh.nodeName) become(shown, fresh);
  else host.replaceChildren(fresh);
}

function become(shown: Element, fresh: Element): void {
  if (shown.isEqualNode(fresh)) return;
  const names = fresh.getAttributeNames();
  const before = shown.getAttributeNames();
  // Attributes keep the order in which they came: with others, it would not be the fresh one's.
  if (names.length !== before.length || names.some((name, i) => name !== before[i])) {
    shown.replaceWith(fresh);
    return;
  }
  for (const name of names) {
    const value = fresh.getAttribute(name)!;
    if (shown.getAttribute(name) !== value) shown.setAttribute(name, value);
  }
  const old = [...shown.childNodes];
  const children = [...fresh.childNodes];
  for (const [i, next] of children.entries()) {
    const now = old[i];
    if (!now) shown.appendChild(next);
    else if (now.nodeName !== next.nodeName) shown.replaceChild(next, now);
    else if (now.nodeType === ELEMENT) become(now as Element, next as Element);
    else if (now.nodeValue !== next.nodeValue) now.nodeValue = next.nodeValue;
  }
  for (const more of old.slice(children.length)) shown.removeChild(more);
}

const ELEMENT = 1;
