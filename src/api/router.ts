import { rootRoutes } from './root-routes.ts';
import type { Route } from './route.ts';
import type { Services } from './services.ts';
import { trailhoundRoutes } from './trailhound-routes.ts';

/** Every route there is. A path is matched literally before a parameter (`/_search` before `/:index`). */
export const routes: readonly Route<Services>[] = [...rootRoutes, ...trailhoundRoutes];

/** The methods that some route answers at this path: what a 405 tells. Empty where no route has the path. */
export function allowedMethods(path: string): readonly string[] {
  const steps = path.replace(/\/$/, '').split('/');
  const found = new Set<string>();
  for (const route of routes) {
    const parts = route.path.replace(/\/$/, '').split('/');
    const fits = parts.length === steps.length && parts.every((part, at) => part.startsWith(':') || part === steps[at]);
    if (fits && !namesIndexByReserved(parts, steps)) for (const method of route.methods) found.add(method);
  }
  return [...found].sort();
}

/** `/_nosuch` is no index: only a literal route may begin with an underscore, but for the bare name (as OpenSearch has it). */
function namesIndexByReserved(parts: readonly string[], steps: readonly string[]): boolean {
  return parts.length > 2 && parts[1] === ':index' && (steps[1] ?? '').startsWith('_') && steps[1] !== '_all';
}
