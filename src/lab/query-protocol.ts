import { randomUUID } from 'node:crypto';
import type { AwsRefusal, Reply, Request } from './exchange.ts';
import { type XmlValue, xmlText } from './xml.ts';

/** The body of AWS's query protocol: `Action=…&Parameters.member.1.ParameterKey=…`. */
export interface Form {
  get(name: string): string | undefined;
  plain(): Iterable<readonly [string, string]>;
  /** `NAME.member.1`, `NAME.member.2`, …: texts. */
  list(name: string): readonly string[];
  /** `NAME.member.1.KEY`, …: members by key. */
  members(name: string): readonly ReadonlyMap<string, string>[];
}

const listMax = 1000;

export function formOf(request: Request): Form {
  const fields = new URLSearchParams(Buffer.from(request.body).toString());
  for (const [name, value] of request.query) if (!fields.has(name)) fields.set(name, value);
  return {
    get: (name) => fields.get(name) ?? undefined,
    plain: () => fields,
    list(name) {
      const found: string[] = [];
      for (let at = 1; at <= listMax; at++) {
        const value = fields.get(`${name}.member.${at}`);
        if (value === null) break;
        found.push(value);
      }
      return found;
    },
    members(name) {
      const found: Map<string, string>[] = [];
      for (const [key, value] of fields) {
        const match = key.startsWith(`${name}.member.`) ? /^(\d{1,4})\.(.+)$/.exec(key.slice(name.length + 8)) : null;
        const at = Number(match?.[1]);
        if (!match || at < 1 || at > listMax) continue;
        const members = found[at - 1] ?? new Map<string, string>();
        members.set(match[2] ?? '', value);
        found[at - 1] = members;
      }
      return found.filter((each) => each !== undefined);
    },
  };
}

export function formMember(members: ReadonlyMap<string, string>, name: string): string | undefined {
  return members.get(name);
}

/** `<ActionResponse><ActionResult>…`. */
export function queryReply(action: string, result: XmlValue, namespace: string): Reply {
  const body = xmlText(
    `${action}Response`,
    { [`${action}Result`]: result, ResponseMetadata: { RequestId: randomUUID() } },
    namespace,
  );
  return { status: 200, headers: { 'content-type': 'text/xml' }, body };
}

export function queryRefusal({ awsCode, message, status }: AwsRefusal, namespace: string): Reply {
  const body = xmlText(
    'ErrorResponse',
    { Error: { Type: 'Sender', Code: awsCode, Message: message }, RequestId: randomUUID() },
    namespace,
  );
  return { status, headers: { 'content-type': 'text/xml' }, body };
}
