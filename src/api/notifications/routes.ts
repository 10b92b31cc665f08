import type { Document } from '../../base/document.ts';
import { maxItemsDefault } from '../../notify/config-filter.ts';
import { configTypes } from '../../notify/config-type.ts';
import type { Notifications } from '../../notify/notify.ts';
import type { Answer, Call } from '../route.ts';
import { configRoutes, type NotificationRoute, notificationsPrefix } from './config-routes.ts';

type Needs = { readonly notifications: Notifications };

/** The routes of OpenSearch's Notifications plugin. */
export const notificationRoutes: readonly NotificationRoute[] = [
  ...configRoutes,
  { methods: ['GET'], path: `${notificationsPrefix}/channels`, body: 'json', handle: channels },
  { methods: ['GET'], path: `${notificationsPrefix}/features`, body: 'json', handle: features },
  // GET is the older method, which the original still answers.
  { methods: ['GET', 'POST'], path: `${notificationsPrefix}/feature/test/:id`, body: 'json', handle: sendTest },
];

/** What messages can be sent to: no accounts, no groups. */
async function channels(_: Call, { notifications }: Needs): Promise<Answer> {
  const types = configTypes.filter(({ channel }) => channel).map(({ name }) => name);
  const { configs, total, relation } = await notifications.configs.list({
    ids: [],
    fromIndex: 0,
    maxItems: maxItemsDefault,
    sortField: undefined,
    sortOrder: undefined,
    filters: { config_type: types.join(',') },
  });
  const list = configs.map(
    ({ id, name, description, type, enabled }): Document => ({
      config_id: id,
      name,
      description,
      config_type: type.name,
      is_enabled: enabled,
    }),
  );
  return {
    status: 200,
    body: { start_index: 0, total_hits: total, total_hit_relation: relation, channel_list: list },
  };
}

async function features(_: Call, { notifications }: Needs): Promise<Answer> {
  return {
    status: 200,
    body: { allowed_config_type_list: notifications.allowedTypes, plugin_features: { tooltip_support: 'true' } },
  };
}

async function sendTest({ params }: Call, { notifications }: Needs): Promise<Answer> {
  return { status: 200, body: await notifications.test(params.id ?? '') };
}
