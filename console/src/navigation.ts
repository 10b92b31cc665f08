import { useEffect, useState } from 'preact/hooks';
import { type Place, placeOf } from './places.ts';

const listeners = new Set<() => void>();

/** Goes to an address of ours; `replace` keeps the Back button useful while somebody types into a filter. */
export function navigate(href: string, replace = false): void {
  if (replace) history.replaceState(null, '', href);
  else history.pushState(null, '', href);
  for (const listener of listeners) listener();
}

/** Where we are; the page is drawn again when that changes. */
export function usePlace(): Place {
  const [address, setAddress] = useState(currentAddress);
  useEffect(() => {
    const follow = () => setAddress(currentAddress());
    listeners.add(follow);
    addEventListener('popstate', follow);
    addEventListener('hashchange', follow);
    return () => {
      listeners.delete(follow);
      removeEventListener('popstate', follow);
      removeEventListener('hashchange', follow);
    };
  }, []);
  const [pathname = '', hash = ''] = address.split(/(?=#)/s);
  return placeOf(pathname, hash);
}

/** Writes filters into the address's query without a new entry of the history. */
export function changeQuery(changes: Readonly<Record<string, string | undefined>>): void {
  const [path = '#/', search = ''] = (location.hash || '#/').split(/\?(.*)/s);
  const query = new URLSearchParams(search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined || value === '') query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  navigate(`${location.pathname}${path}${text ? `?${text}` : ''}`, true);
}

/** Links between our pages change the address without loading the program again. */
export function followLinks(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey)
    return;
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin) return;
  if (!/^\/app(\/|$)/.test(link.pathname) || link.getAttribute('href')?.startsWith('#')) return;
  event.preventDefault();
  navigate(`${link.pathname}${link.hash}`);
  scrollTo(0, 0);
}

function currentAddress(): string {
  return `${location.pathname}${location.hash}`;
}
