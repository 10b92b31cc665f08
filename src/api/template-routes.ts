import { asNumber, asText, type Document, isDocument } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import { parseMapping } from '../query/mapping.ts';
import type { StoredTemplate } from '../store/store.ts';
import { aliasBodies } from './alias-write.ts';
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

type Kind = 'index' | 'legacy' | 'component';

/** What each kind of template is called. */
const kinds: Readonly<Record<Kind, { readonly path: string; readonly words: string; readonly missing: string }>> = {
  index: { path: '/_index_template', words: 'index template', missing: 'index_template' },
  legacy: { path: '/_template', words: 'index_template', missing: 'index_template' },
  component: { path: '/_component_template', words: 'component template', missing: 'component_template' },
};

/** Composable templates (`_index_template`), what they are composed of (`_component_template`), and legacy ones (`_template`). */
export const templateRoutes: readonly Route<Needs>[] = (Object.keys(kinds) as Kind[]).flatMap(
  (kind): Route<Needs>[] => {
    const { path } = kinds[kind];
    return [
      { methods: ['PUT', 'POST'], path: `${path}/:name`, query: writeParameters, body: 'json', handle: put(kind) },
      { methods: ['GET'], path, query: readParameters, handle: get(kind) },
      { methods: ['GET', 'HEAD'], path: `${path}/:name`, query: readParameters, handle: get(kind) },
      { methods: ['DELETE'], path: `${path}/:name`, query: [...waitParameters], handle: remove(kind) },
    ];
  },
);

function ofKind(kind: Kind): (template: StoredTemplate) => boolean {
  return ({ legacy, component }) => (component ? 'component' : legacy ? 'legacy' : 'index') === kind;
}

type Handle = (call: Call, needs: Needs) => Promise<Answer>;

function put(kind: Kind): Handle {
  return async ({ params, query, body }, { store }) => {
    const name = params.name ?? '';
    if (!isDocument(body))
      throw new TrailhoundError('parse-failed', 'request body is required', { wire: 'parse_exception' });
    const order = integer(query, 'order');
    const template: Document = order === undefined ? body : { order, ...body };
    check(name, template, kind);
    const others = await store.templates();
    if (flag(query, 'create') && others.some((other) => other.name === name && ofKind(kind)(other))) {
      throw illegal(`${kinds[kind].words} [${name}] already exists`);
    }
    if (kind === 'index') {
      checkPriority(name, template, others);
      checkComponents(name, template, others);
    }
    const component = kind === 'component' ? { component: true as const } : {};
    await store.putTemplate({ name, legacy: kind === 'legacy', ...component, body: withAliases(template) });
    return { status: 200, body: { acknowledged: true } };
  };
}

/** Aliases in their normal shape, wherever the template has them. */
function withAliases(template: Document): Document {
  const part = isDocument(template.template) ? template.template : undefined;
  return {
    ...template,
    ...(template.aliases === undefined ? {} : { aliases: aliasBodies(template.aliases) }),
    ...(part?.aliases === undefined ? {} : { template: { ...part, aliases: aliasBodies(part.aliases) } }),
  };
}

function checkComponents(name: string, template: Document, others: readonly StoredTemplate[]): void {
  const wanted = Array.isArray(template.composed_of) ? template.composed_of.map(asText) : [];
  const missing = wanted.filter((part) => !others.some((other) => other.component && other.name === part));
  if (missing.length === 0) return;
  throw new TrailhoundError(
    'bad-request',
    `index_template [${name}] invalid, cause [index template [${name}] specifies component templates [${missing.join(', ')}] that do not exist]`,
    { wire: 'invalid_index_template_exception' },
  );
}

function get(kind: Kind): Handle {
  return async ({ method, params }, { store }) => {
    const name = params.name;
    const found = (await store.templates())
      .filter(ofKind(kind))
      .filter(
        (template) => name === undefined || name.split(',').some((pattern) => globMatches(pattern, template.name)),
      )
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    const missing = found.length === 0 && name !== undefined && !name.includes('*');
    if (method === 'HEAD') return { status: found.length === 0 ? 404 : 200, body: undefined };
    if (kind === 'legacy')
      return {
        status: missing ? 404 : 200,
        body: Object.fromEntries(found.map((one) => [one.name, shownLegacy(one)])),
      };
    if (missing) {
      throw new TrailhoundError('not-found', `${kinds[kind].words} matching [${name}] not found`, {
        wire: 'resource_not_found_exception',
      });
    }
    if (kind === 'component') return { status: 200, body: { component_templates: found.map(shownComponent) } };
    return { status: 200, body: { index_templates: found.map(shown) } };
  };
}

function remove(kind: Kind): Handle {
  return async ({ params }, { store }) => {
    const name = params.name ?? '';
    const all = await store.templates();
    const found = all.filter((template) => ofKind(kind)(template) && globMatches(name, template.name));
    if (found.length === 0 && name !== '*') {
      throw new TrailhoundError('not-found', `${kinds[kind].missing} [${name}] missing`, {
        wire: 'index_template_missing_exception',
      });
    }
    if (kind === 'component') checkUnused(found, all);
    for (const template of found) await store.deleteTemplate(template);
    return { status: 200, body: { acknowledged: true } };
  };
}

/** A component that a template is composed of stays. */
function checkUnused(components: readonly StoredTemplate[], all: readonly StoredTemplate[]): void {
  for (const { name } of components) {
    const users = all.filter(({ body }) => Array.isArray(body.composed_of) && body.composed_of.includes(name));
    if (users.length === 0) continue;
    throw illegal(
      `component templates [${name}] cannot be removed as they are still in use by index templates [${users.map((user) => user.name).join(', ')}]`,
    );
  }
}

const legacyKeys = ['index_patterns', 'order', 'version', 'settings', 'mappings', 'aliases'];
const componentKeys = ['template', 'version', '_meta'];
const composableKeys = ['index_patterns', 'priority', 'version', 'template', 'composed_of', '_meta', 'data_stream'];

/** Refuses at once what would otherwise fail at the first index that the template is for. */
function check(name: string, body: Document, kind: Kind): void {
  const legacy = kind === 'legacy';
  const keys = { index: composableKeys, legacy: legacyKeys, component: componentKeys }[kind];
  for (const key of Object.keys(body)) {
    if (keys.includes(key)) continue;
    const wire = legacy ? 'parse_exception' : 'x_content_parse_exception';
    const reason = legacy ? `unknown key [${key}] in the template` : `[${kinds[kind].missing}] unknown field [${key}]`;
    throw new TrailhoundError('parse-failed', reason, { wire });
  }
  if (kind === 'component' && !isDocument(body.template)) throw illegal('Required [template]');
  if (kind !== 'component' && patterns(body).length === 0) throw invalid('index patterns are missing');
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
  const priority = asNumber(body.priority ?? 0);
  const own = patterns(body);
  const rivals = others.filter(
    (other) =>
      ofKind('index')(other) &&
      other.name !== name &&
      asNumber(other.body.priority ?? 0) === priority &&
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

function shownComponent({ name, body: { template, ...rest } }: StoredTemplate): Document {
  return { name, component_template: { template: isDocument(template) ? shownPart(template) : {}, ...rest } };
}

function shownPart(template: Document): Document {
  return template.settings === undefined ? template : { ...template, settings: normalizedSettings(template.settings) };
}

function shownLegacy({ body }: StoredTemplate): Document {
  return {
    order: asNumber(body.order ?? 0),
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
