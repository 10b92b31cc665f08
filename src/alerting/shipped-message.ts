import { at, type Document, isDocument, own } from '../base/document.ts';

/**
 * A shipped monitor with its own message (`ui_metadata.trailhound.message`: what happened, ATT&CK, what to do, the command
 * that closes the door) sent to a channel. Without a channel, and for monitors without a message, as it is: an action needs
 * a channel that exists, and the program ships none.
 */
export function withMessage(monitor: unknown, channelId: string | undefined): unknown {
  const message = at(monitor, 'ui_metadata.trailhound.message');
  const triggers = own(monitor, 'triggers');
  if (channelId === undefined || typeof message !== 'string' || !Array.isArray(triggers) || !isDocument(monitor))
    return monitor;
  const action: Document = {
    id: 'tell',
    name: 'Tell the channel',
    destination_id: channelId,
    subject_template: { source: '{{ctx.monitor.name}}', lang: 'mustache' },
    message_template: { source: message, lang: 'mustache' },
    throttle_enabled: false,
  };
  return { ...monitor, triggers: triggers.map((trigger) => withAction(trigger, action)) };
}

function withAction(trigger: unknown, action: Document): unknown {
  if (!isDocument(trigger)) return trigger;
  return Object.fromEntries(
    Object.entries(trigger).map(([kind, inner]) => {
      const actions = own(inner, 'actions');
      return [
        kind,
        isDocument(inner) ? { ...inner, actions: [...(Array.isArray(actions) ? actions : []), action] } : inner,
      ];
    }),
  );
}
