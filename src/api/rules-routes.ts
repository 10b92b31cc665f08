import { TrailhoundError } from '../base/errors.ts';
import { describeFinding, type Finding } from '../base/finding.ts';
import { limits } from '../base/limits.ts';
import { isRuleFileName } from '../base/rule-file-name.ts';
import { xmlJson } from '../rules/xml-json.ts';
import type { Answer, Route } from './route.ts';
import type { Services } from './services.ts';

/**
 * Rule files as Wazuh's API names them. What fails for a file answers 200 with `error: 1` and the file under `failed_items`, as
 * there; `findings` beside it is ours. Bodies come as application/octet-stream (what Wazuh's clients send) or XML.
 */
export const rulesRoutes: readonly Route<Pick<Services, 'ruleFiles'>>[] = [
  {
    methods: ['GET'],
    path: '/rules/files',
    query: ['wait_for_complete', 'offset', 'limit', 'search', 'filename', 'relative_dirname', 'status'],
    async handle({ query }, { ruleFiles }) {
      const items = ruleFiles
        .list()
        .map(({ filename, relativeDirname }) => ({ filename, relative_dirname: relativeDirname, status: 'enabled' }))
        .filter((item) => query.search === undefined || item.filename.includes(query.search))
        .filter((item) => query.filename === undefined || query.filename.split(',').includes(item.filename))
        .filter((item) => query.relative_dirname === undefined || item.relative_dirname === query.relative_dirname)
        .filter((item) => query.status === undefined || query.status === 'all' || query.status === item.status);
      const offset = whole(query.offset, 0);
      const shown = items.slice(offset, offset + whole(query.limit, 500));
      return { status: 200, body: result('All rules files were returned', shown, [], items.length) };
    },
  },
  {
    methods: ['GET'],
    path: '/rules/files/:filename',
    query: ['wait_for_complete', 'raw', 'relative_dirname'],
    async handle({ params, query }, { ruleFiles }) {
      const name = fileName(params.filename);
      const text = ruleFiles.read(name);
      if (text === undefined) return failed('No rule was returned', name, 1415, `there is no rule file ${name}`);
      if (isTrue(query.raw))
        return { status: 200, body: text, headers: { 'content-type': 'text/plain; charset=utf-8' } };
      return { status: 200, body: result('Selected rule was returned', [xmlJson(text)]) };
    },
  },
  {
    methods: ['PUT'],
    path: '/rules/files/:filename',
    query: ['wait_for_complete', 'overwrite', 'relative_dirname'],
    body: 'file',
    async handle({ params, query, body }, { ruleFiles }) {
      const name = fileName(params.filename);
      const text = typeof body === 'string' ? body : '';
      if (text.trim() === '')
        return failed('Could not upload rule', name, 1112, 'the body is empty: send the file itself');
      if (Buffer.byteLength(text) > limits.ruleFileMax)
        throw new TrailhoundError('too-large', `a rule file may have ${limits.ruleFileMax} bytes`);
      if (ruleFiles.has(name) && !isTrue(query.overwrite))
        return failed('Could not upload rule', name, 1905, `${name} exists: send overwrite=true to replace it`);
      const { accepted, findings } = ruleFiles.put(name, text);
      if (!accepted) return failed('Could not upload rule', name, 1113, refusal(findings), findings);
      const added = findings.length > 0 ? { findings } : {};
      return { status: 200, body: { ...result('Rule was successfully uploaded', [`etc/rules/${name}`]), ...added } };
    },
  },
  {
    methods: ['DELETE'],
    path: '/rules/files/:filename',
    query: ['wait_for_complete', 'relative_dirname'],
    async handle({ params }, { ruleFiles }) {
      const name = fileName(params.filename);
      if (ruleFiles.remove(name))
        return { status: 200, body: result('Rule was successfully deleted', [`etc/rules/${name}`]) };
      const why =
        ruleFiles.read(name) === undefined
          ? `there is no rule file ${name}`
          : `${name} was not put over the API: only such files can be deleted`;
      return failed('Could not delete rule', name, 1906, why);
    },
  },
];

function fileName(name = ''): string {
  if (isRuleFileName(name)) return name;
  throw new TrailhoundError(
    'bad-request',
    `[${name.slice(0, 100)}] is no name of a rule file: letters, digits, "_", "-", "." and ".xml" at the end`,
  );
}

function isTrue(flag: string | undefined): boolean {
  return flag === 'true' || flag === '';
}

function whole(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new TrailhoundError('bad-request', `[${text.slice(0, 40)}] is no whole number`);
}

function refusal(findings: readonly Finding[]): string {
  const errors = findings.filter(({ level }) => level === 'error');
  return `the old file stays: ${errors.map(describeFinding).join('; ')}`.slice(0, 4000);
}

function result(
  message: string,
  items: readonly unknown[],
  failures: readonly unknown[] = [],
  total = items.length,
): object {
  const data = {
    affected_items: items,
    total_affected_items: total,
    total_failed_items: failures.length,
    failed_items: failures,
  };
  return { data, message, error: failures.length > 0 ? 1 : 0 };
}

function failed(message: string, name: string, code: number, why: string, findings: readonly Finding[] = []): Answer {
  const item = { error: { code, message: why }, id: [`etc/rules/${name}`] };
  return { status: 200, body: { ...result(message, [], [item]), ...(findings.length > 0 ? { findings } : {}) } };
}
