import { asText, type Document, isDocument } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import { parseMapping } from '../query/mapping.ts';
import type { StoredTemplate } from '../store/store.ts';
import { illegal } from './error.ts';
import { globMatches } from './glob.ts';
import { checkUntyped } from './index-routes.ts';
import { flag, integer, waitParameters } from './parameters.ts';
import type { Answer, Call, Route } from './route.ts';
import type { Services } from './services.ts';
import { checkSettings, normalizedSettings } from './settings.ts';
import { invalid } from './write.ts';

type Needs = Pick<Services, 'store'>;

const readParameters = [...waitParameters, 'local', 'flat_settings'];
const writeParameters = [...waitParameters, 'create', 'cause', 'order'];

/** Composable templates (`_index_template`) and legacy ones (`_template`). */
export const templateRoutes: readonly Route<Needs>[] = [false, true].flatMap((legacy): Route<Needs>[] => {
  const path = legacy ? '/_template' : '/_index_template';
  return [
    { methods: ['PUT', 'POST'], path: `${path}/:name`, query: writeParameters, body: 'json', handle: put(legacy) },
    { methods: ['GET'], path, query: readParameters, handle: get(legacy) },
    { methods: ['GET', 'HEAD'], path: `${path}/:name`, query: readParameters, handle: get(legacy) },
    { methods: ['DELETE'], path: `${path}/:name`, query: [...waitParameters], handle: remove(legacy) },
  ];
});

type Handle = (call: Call, needs: Needs) => Promise<Answer>;

function put(legacy: boolean): Handle {
  return async ({ params, query, body }, { store }) => {
    const name = params.name ?? '';
    if (!isDocument(body))
      throw new TrailhoundError('parse-failed', 'request body is required', { wire: 'parse_exception' });
    const order = integer(query, 'order');
    const template: Document = order === undefined ? body : { order, ...body };
    check(name, template, legacy);
    const others = await store.templates();
    if (flag(query, 'create') && others.some((other) => other.name === name && other.legacy === legacy)) {
      throw illegal(`${legacy ? 'index_template' : 'index template'} [${name}] already exists`);
    }
    if (!legacy) checkPriority(name, template, others);
    await store.putTemplate({ name, legacy, body: template });
    return { status: 200, body: { acknowledged: true } };
  };
}

function get(legacy: boolean): Handle {
  return async ({ method, params }, { store }) => {
    const name = params.name;
    const found = (await store.templates())
      .filter((template) => template.legacy === legacy)
      .filter(
        (template) => name === undefined || name.split(',').some((pattern) => globMatches(pattern, template.name)),
      )
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    const missing = found.length === 0 && name !== undefined && !name.includes('*');
    if (method === 'HEAD') return { status: found.length === 0 ? 404 : 200, body: undefined };
    if (legacy)
      return {
        status: missing ? 404 : 200,
        body: Object.fromEntries(found.map((one) => [one.name, shownLegacy(one)])),
      };
    if (missing) {
      throw new TrailhoundError('not-found', `index template matching [${name}] not found`, {
        wire: 'resource_not_found_exception',
      });
    }
    return { status: 200, body: { index_templates: found.map(shown) } };
  };
}

function remove(legacy: boolean): Handle {
  return async ({ params }, { store }) => {
    const name = params.name ?? '';
    const names = (await store.templates())
      .filter((template) => template.legacy === legacy && globMatches(name, template.name))
      .map((template) => template.name);
    if (names.length === 0 && name !== '*') {
      throw new TrailhoundError('not-found', `index_template [${name}] missing`, {
        wire: 'index_template_missing_exception',
      });
    }
    for (const one of names) await store.deleteTemplate(one, legacy);
    return { status: 200, body: { acknowledged: true } };
  };
}

const legacyKeys = ['index_patterns', 'order', 'version', 'settings', 'mappings', 'aliases'];
const composableKeys = ['index_patterns', 'priority', 'version', 'template', 'composed_of', '_meta', 'data_stream'];

/** Refuses at once what would otherwise fail at the first index that the template is for. */
function check(name: string, body: Document, legacy: boolean): void {
  for (const key of Object.keys(body)) {
    if ((legacy ? legacyKeys : composableKeys).includes(key)) continue;
    const wire = legacy ? 'parse_exception' : 'x_content_parse_exception';
    const reason = legacy ? `unknown key [${key}] in the template` : `[index_template] unknown field [${key}]`;
    throw new TrailhoundError('parse-failed', reason, { wire });
  }
  if (patterns(body).length === 0) throw invalid('index patterns are missing');
  for (const pattern of patterns(body)) {
    if (/[\s,"\\<>|#:]/.test(pattern) || pattern !== pattern.toLowerCase()) {
      throw new TrailhoundError(
        'bad-request',
        `index_template [${name}] invalid, cause [Validation Failed: 1: index_pattern [${pattern}] is not a valid pattern;]`,
        {
          wire: 'invalid_index_template_exception',
        },
      );
    }
  }
  const part = legacy ? body : body.template;
  if (!isDocument(part)) return;
  checkSettings(part.settings);
  checkUntyped(part.mappings);
  parseMapping(part.mappings, normalizedSettings(part.settings));
}

/** Two composable templates of one priority for the same names would leave the choice to chance. */
function checkPriority(name: string, body: Document, others: readonly StoredTemplate[]): void {
  const priority = Number(body.priority ?? 0);
  const own = patterns(body);
  const rivals = others.filter(
    (other) =>
      !other.legacy &&
      other.name !== name &&
      Number(other.body.priority ?? 0) === priority &&
      patterns(other.body).some((theirs) => own.some((pattern) => overlap(pattern, theirs))),
  );
  if (rivals.length === 0) return;
  const names = rivals.map((rival) => rival.name).join(', ');
  const theirs = rivals.map((rival) => `${rival.name} => [${patterns(rival.body).join(', ')}]`).join(', ');
  throw illegal(
    `index template [${name}] has index patterns [${own.join(', ')}] matching patterns from existing templates [${names}] with patterns (${theirs}) that have the same priority [${priority}], multiple index templates may not match during index creation, please use a different priority`,
  );
}

/** Whether some name fits both patterns; exact for patterns with one star at their end, which is what people write. */
function overlap(a: string, b: string): boolean {
  if (globMatches(a, b) || globMatches(b, a)) return true;
  const [startA, startB] = [a.split('*')[0] ?? '', b.split('*')[0] ?? ''];
  const bothOpen = a.endsWith('*') && b.endsWith('*');
  return bothOpen && (startA.startsWith(startB) || startB.startsWith(startA));
}

function shown({ name, body }: StoredTemplate): Document {
  const { template, index_patterns: _, composed_of: composedOf = [], ...rest } = body;
  return {
    name,
    index_template: {
      index_patterns: patterns(body),
      ...(isDocument(template) ? { template: shownPart(template) } : {}),
      composed_of: composedOf,
      ...rest,
    },
  };
}

function shownPart(template: Document): Document {
  return template.settings === undefined ? template : { ...template, settings: normalizedSettings(template.settings) };
}

function shownLegacy({ body }: StoredTemplate): Document {
  return {
    order: Number(body.order ?? 0),
    ...(body.version === undefined ? {} : { version: body.version }),
    index_patterns: patterns(body),
    settings: normalizedSettings(body.settings),
    mappings: body.mappings ?? {},
    aliases: body.aliases ?? {},
  };
}

function patterns(body: Document): readonly string[] {
  const value = body.index_patterns;
  return Array.isArray(value) ? value.map(asText) : typeof value === 'string' ? [value] : [];
}
