import { at, isDocument, own } from '../base/document.ts';
import type { Action } from './action.ts';
import { type AlertCategory, isCategory } from './alert-category.ts';

/** True when the action runs once for each alert; false when once for all of an execution. */
export function appliesToEach({ policy }: Action): boolean {
  return !isDocument(at(policy, 'action_execution_scope.per_execution'));
}

/** The categories that a per-alert action runs for, in the order in which it says them; new and known ones by default. */
export function actionableCategories({ policy }: Action): readonly AlertCategory[] {
  const listed = own(at(policy, 'action_execution_scope.per_alert'), 'actionable_alerts');
  return Array.isArray(listed) ? listed.filter(isCategory) : ['DEDUPED', 'NEW'];
}
