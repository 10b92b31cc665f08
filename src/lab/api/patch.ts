import { asText, isDocument, own, put, text } from '../../base/document.ts';
import { badRequest, type Members } from './rest-api.ts';

/**
 * Applies `patchOperations` to the members they name: `{op: 'replace', path: '/accessLogSettings/format', value: …}`. `~1`
 * stands for a slash. A value is text; where a boolean stood, it becomes one.
 */
export function patch(target: Members, operations: unknown): void {
  if (!Array.isArray(operations)) throw badRequest('Invalid patch: patchOperations is no list');
  for (const operation of operations) {
    const op = text(own(operation, 'op'));
    const steps = (text(own(operation, 'path')) ?? '')
      .split('/')
      .slice(1)
      .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
    const last = steps.pop();
    if (last === undefined || (op !== 'replace' && op !== 'add' && op !== 'remove')) {
      throw badRequest(`Invalid patch operation specified. Must be 'add'|'remove'|'replace'|'move'|'copy'|'test'`);
    }
    let members = target;
    for (const step of steps) {
      const found = own(members, step);
      const next: Members = isDocument(found) ? { ...found } : {};
      put(members, step, next);
      members = next;
    }
    if (op === 'remove') {
      delete members[last];
      continue;
    }
    const value = own(operation, 'value');
    const was = own(members, last);
    put(members, last, typeof was === 'boolean' ? asText(value) === 'true' : (value ?? ''));
  }
}
