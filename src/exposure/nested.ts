import { isDocument } from '../base/document.ts';
import { member } from './policy-member.ts';

const depthMax = 8;

/**
 * The first member of that name, in any case, nearest to the top: services have moved their parameters about, and wrap them
 * under the name of their input (`createRestApiInput`).
 */
export function find(value: unknown, name: string): unknown {
  let level: readonly unknown[] = [value];
  for (let depth = 0; depth <= depthMax && level.length > 0; depth++) {
    for (const item of level) {
      const found = member(item, name);
      if (found !== undefined && found !== null) return found;
    }
    level = level
      .flatMap((item) => (Array.isArray(item) ? item : isDocument(item) ? Object.values(item) : []))
      .slice(0, 1000);
  }
  return undefined;
}
