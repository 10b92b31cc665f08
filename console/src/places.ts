/**
 * The addresses of the console: those of OpenSearch Dashboards, a path for the application and a hash for the page
 * (`/app/alerting#/monitors/abc?action=edit-monitor`, `/app/discover#/?q=…`).
 */
export type Page =
  | { readonly name: 'alerts' }
  | { readonly name: 'monitors' }
  | { readonly name: 'monitor'; readonly id: string; readonly editing: boolean }
  | { readonly name: 'create-monitor' }
  | { readonly name: 'events' }
  | { readonly name: 'event'; readonly index: string; readonly id: string }
  | { readonly name: 'nowhere' };

export interface Place {
  readonly page: Page;
  readonly query: URLSearchParams;
}

export const hrefs = {
  alerts: (query: Readonly<Record<string, string>> = {}) => `/app/alerting#/dashboard${queryText(query)}`,
  monitors: (query: Readonly<Record<string, string>> = {}) => `/app/alerting#/monitors${queryText(query)}`,
  monitor: (id: string) => `/app/alerting#/monitors/${encodeURIComponent(id)}?type=monitor`,
  editMonitor: (id: string) => `/app/alerting#/monitors/${encodeURIComponent(id)}?type=monitor&action=edit-monitor`,
  createMonitor: () => '/app/alerting#/create-monitor',
  events: (query: Readonly<Record<string, string>> = {}) => `/app/discover#/${queryText(query)}`,
  event: (index: string, id: string) =>
    `/app/discover#/doc/wazuh-alerts-4.x-*/${encodeURIComponent(index)}${queryText({ id })}`,
} as const;

/** Where an address leads. Never throws: a hand-made address leads `nowhere`. */
export function placeOf(pathname: string, hash: string): Place {
  const [path = '', search = ''] = hash.replace(/^#/, '').split(/\?(.*)/s);
  const query = new URLSearchParams(search);
  const steps = path.split('/').filter((step) => step !== '');
  return { page: pageOf(pathname.replace(/\/+$/, ''), steps.map(decoded), query), query };
}

function pageOf(app: string, steps: readonly string[], query: URLSearchParams): Page {
  const [first, second, third] = steps;
  if (app === '/app' && first === undefined) return { name: 'alerts' };
  if (app === '/app/alerting') {
    if (first === undefined || first === 'dashboard') return { name: 'alerts' };
    if (first === 'create-monitor') return { name: 'create-monitor' };
    if (first === 'monitors' && second === undefined) return { name: 'monitors' };
    if (first === 'monitors' && second !== undefined)
      return { name: 'monitor', id: second, editing: query.get('action') === 'edit-monitor' };
  }
  if (app === '/app/discover') {
    if (first === undefined) return { name: 'events' };
    const id = query.get('id');
    if (first === 'doc' && second !== undefined && third !== undefined && id !== null)
      return { name: 'event', index: third, id };
  }
  return { name: 'nowhere' };
}

function queryText(query: Readonly<Record<string, string>>): string {
  const kept = Object.entries(query).filter(([, value]) => value !== '');
  return kept.length > 0 ? `?${new URLSearchParams(kept)}` : '';
}

function decoded(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}
