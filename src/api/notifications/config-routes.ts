import { parseConfigBody } from '../../notify/config-body.ts';
import { configJson } from '../../notify/config-book.ts';
import { type ConfigQuery, filterNames, maxItemsDefault } from '../../notify/config-filter.ts';
import type { Notifications } from '../../notify/notify.ts';
import { requireBody } from '../alerting/prefix.ts';
import { illegal } from '../error.ts';
import type { Parameters } from '../parameters.ts';
import type { Answer, Call, Route } from '../route.ts';

export type NotificationRoute = Route<{ readonly notifications: Notifications }>;
type Needs = { readonly notifications: Notifications };

export const notificationsPrefix = '/_plugins/_notifications';

const path = `${notificationsPrefix}/configs`;
const listParameters = [
  'config_id',
  'config_id_list',
  'from_index',
  'max_items',
  'sort_field',
  'sort_order',
  ...filterNames,
];

/** Notification configs: create, read, change, delete, list. */
export const configRoutes: readonly NotificationRoute[] = [
  { methods: ['POST'], path, body: 'json', handle: create },
  { methods: ['PUT'], path: `${path}/:id`, body: 'json', handle: update },
  { methods: ['GET'], path: `${path}/:id`, query: listParameters, body: 'json', handle: list },
  { methods: ['GET'], path, query: listParameters, body: 'json', handle: list },
  { methods: ['DELETE'], path: `${path}/:id`, query: ['config_id', 'config_id_list'], handle: remove },
  { methods: ['DELETE'], path, query: ['config_id', 'config_id_list'], handle: remove },
];

async function create({ body }: Call, { notifications }: Needs): Promise<Answer> {
  requireBody(body);
  const { config, id } = parseConfigBody(body);
  return { status: 200, body: { config_id: await notifications.configs.create(config, id) } };
}

async function update({ body, params }: Call, { notifications }: Needs): Promise<Answer> {
  requireBody(body);
  const { config, id = params.id ?? '' } = parseConfigBody(body);
  await notifications.configs.update(id, config);
  return { status: 200, body: { config_id: id } };
}

async function list({ params, query }: Call, { notifications }: Needs): Promise<Answer> {
  const asked = configQuery(params.id, query);
  const { configs, total, relation } = await notifications.configs.list(asked);
  return {
    status: 200,
    body: {
      start_index: asked.ids.length > 0 ? 0 : asked.fromIndex,
      total_hits: total,
      total_hit_relation: relation,
      config_list: configs.map(configJson),
    },
  };
}

async function remove({ params, query }: Call, { notifications }: Needs): Promise<Answer> {
  const ids =
    query.config_id_list === undefined ? [params.id ?? query.config_id ?? ''] : splitIds(query.config_id_list);
  const named = [...new Set(ids.filter((id) => id.trim() !== ''))];
  if (named.length === 0) {
    const headers = { 'content-type': 'text/plain; charset=UTF-8' };
    return { status: 400, body: 'either config_id or config_id_list is required', headers };
  }
  await notifications.configs.remove(named);
  return { status: 200, body: { delete_response_list: Object.fromEntries(named.map((id) => [id, 'OK'])) } };
}

function configQuery(id: string | undefined, query: Parameters): ConfigQuery {
  const one = id ?? query.config_id;
  const ids = [...(one === undefined ? [] : [one]), ...splitIds(query.config_id_list ?? '')];
  const filters = filterNames.flatMap((name) => (query[name] === undefined ? [] : [[name, query[name]] as const]));
  return {
    ids: [...new Set(ids)],
    fromIndex: whole(query.from_index) ?? 0,
    maxItems: whole(query.max_items) ?? maxItemsDefault,
    sortField: query.sort_field,
    sortOrder: query.sort_order,
    filters: Object.fromEntries(filters),
  };
}

function splitIds(text: string): readonly string[] {
  return text.split(',').filter((id) => id !== '');
}

/** As the original reads these two: what is no number counts as not given. */
function whole(text: string | undefined): number | undefined {
  if (text === undefined || !/^[+-]?\d{1,10}$/.test(text)) return undefined;
  const value = Number(text);
  if (Math.abs(value) > 2 ** 31 - 1) throw illegal(`[${text}] is out of range`);
  return value;
}
