/** Members of the objects in `ctx` whose types the original knows when it compiles; any other member is a compile error. */
export const beans: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Context: {
    results: 'List',
    periodStart: 'Instant',
    periodEnd: 'Instant',
    error: 'Object',
    alert: 'AlertContext',
    trigger: 'Trigger',
    monitor: 'Monitor',
  },
  Monitor: { id: 'String', version: 'long', name: 'String', enabled: 'boolean' },
  Trigger: { id: 'String', name: 'String', severity: 'String', actions: 'List' },
  // The original hides an alert's state from scripts; what it refuses cannot be part of a working one.
  AlertContext: { alert: 'Alert', id: 'String', state: 'String', acknowledged: 'boolean', severity: 'String' },
  Alert: { id: 'String', state: 'String', acknowledged: 'boolean', severity: 'String' },
};
