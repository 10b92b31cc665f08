import type { Monitor, MonitorInput } from '../../../src/api/wire.ts';

/** What one can send to any OpenSearch to make the same monitor: without what a server adds by itself. */
export function exportOf(monitor: Monitor): MonitorInput {
  const { name, monitor_type, enabled, schedule, inputs, triggers, ui_metadata } = monitor;
  return {
    type: 'monitor',
    name,
    monitor_type,
    enabled,
    schedule,
    inputs,
    triggers,
    ...(ui_metadata ? { ui_metadata } : {}),
  };
}
