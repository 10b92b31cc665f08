import { lookup as systemLookup } from 'node:dns/promises';
import { type IpKey, type IpRange, ipText, parseCidr, parseIp } from '../base/ip-address.ts';

/** Which hosts messages may go to: entries are host names, addresses and CIDR ranges. */
export interface HostRules {
  /** When it has entries, only these (ours). */
  readonly allow: readonly string[];
  /** Never these (`opensearch.notifications.core.http.host_deny_list`). */
  readonly deny: readonly string[];
}

/** How names become addresses: the system's resolver, or another in a test. */
export type Lookup = (host: string) => Promise<readonly string[]>;

/** A host and the addresses that were checked: whoever connects uses these and asks no resolver again. */
export interface Target {
  readonly host: string;
  readonly addresses: readonly string[];
}

/** Why a host gets nothing. `retry`: its name could not be resolved just now. */
export class RefusedTarget extends Error {
  readonly retry: boolean;

  constructor(reason: string, retry: boolean) {
    super(reason);
    this.name = 'RefusedTarget';
    this.retry = retry;
  }
}

/** Questions under way: Node asks two at a time, and a name server that is silent must not take both for one name. */
const asked = new Map<string, Promise<readonly string[]>>();

export const systemResolver: Lookup = (host) => {
  const running = asked.get(host);
  if (running) return running;
  const answer = systemLookup(host, { all: true, verbatim: true })
    .then((found) => found.map(({ address }) => address))
    .finally(() => asked.delete(host));
  asked.set(host, answer);
  return answer;
};

/**
 * Resolves a host once and checks every address of it: one bad one refuses the host, for a name may change its answer between
 * two questions. Throws RefusedTarget, also when the signal's time is over before there is an answer.
 */
export async function resolveTarget(
  text: string,
  rules: HostRules,
  lookup: Lookup,
  signal?: AbortSignal,
): Promise<Target> {
  const host = canonicalHost(text);
  if (host === undefined) throw new RefusedTarget(`[${text}] is neither a host name nor an address`, false);
  const literal = parseIp(host);
  const named = (entry: string): boolean => canonicalHost(entry) === host;
  if (rules.deny.some(named)) throw denied();
  const addresses = literal === undefined ? await resolved(host, lookup, signal) : [host];
  const keys = addresses.map((address) => parseIp(address.replace(/%.*$/, '')));
  const forms = keys.flatMap((key) => (key === undefined ? [] : formsOf(key)));
  if (keys.length === 0 || keys.includes(undefined)) {
    throw new RefusedTarget('Host could not be resolved to a valid Ip address', true);
  }
  const off = forms.find((key) => neverRanges.some((range) => within(key, range)));
  if (off !== undefined) {
    throw new RefusedTarget(`Host of url is denied: ${ipText(off)} is link-local or serves cloud credentials`, false);
  }
  if (forms.some((key) => listed(key, rules.deny))) throw denied();
  const open = rules.allow.length === 0 || rules.allow.some(named) || forms.every((key) => listed(key, rules.allow));
  if (!open) throw new RefusedTarget('Host of url is denied: it is not in the host allow list', false);
  return { host, addresses };
}

/** Whether a host written as an address can never be sent to: told when a channel is made, not only when it is used. */
export function isNeverAllowed(text: string): boolean {
  const literal = parseIp(canonicalHost(text) ?? '');
  return literal !== undefined && formsOf(literal).some((key) => neverRanges.some((range) => within(key, range)));
}

/**
 * Link-local addresses and the places where clouds hand out credentials to whoever asks from inside: no receiver of messages is
 * there, and no list opens them.
 */
const neverRanges: readonly IpRange[] = [
  '169.254.0.0/16', // link-local: metadata of AWS, Azure, Google, Oracle, DigitalOcean; credentials of ECS tasks
  'fe80::/10', // link-local
  'fd00:ec2::254/128', // AWS metadata
  'fd00:ec2::23/128', // AWS, EKS pod identity
  'fd20:ce::254/128', // Google metadata
  '100.100.100.200/32', // Alibaba metadata
  '192.0.0.192/32', // Oracle metadata, older
  '168.63.129.16/32', // Azure's wire server
].map(range);

function range(text: string): IpRange {
  const parsed = parseCidr(text);
  if (!parsed) throw new Error(`${text} is no range`);
  return parsed;
}

function denied(): RefusedTarget {
  return new RefusedTarget(
    'Host of url is denied, based on plugin setting [notification.core.http.host_deny_list]',
    false,
  );
}

/** As a URL reads it: decimal, octal and hex forms of IPv4 become dotted, names lower case without the last dot. */
function canonicalHost(text: string): string | undefined {
  const bare = text.trim().replace(/^\[|\]$/g, '');
  const url = `http://${bare.includes(':') ? `[${bare.replace(/%.*$/, '')}]` : bare}/`;
  if (bare === '' || /[/?#@\\\s]/.test(bare) || !URL.canParse(url)) return undefined;
  return new URL(url).hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
}

async function resolved(host: string, lookup: Lookup, signal: AbortSignal | undefined): Promise<readonly string[]> {
  let stop = (): void => undefined;
  const over = new Promise<never>((_, reject) => {
    stop = () => reject(new Error('no answer in time'));
    signal?.addEventListener('abort', stop);
  });
  try {
    return await Promise.race([lookup(host), over]);
  } catch {
    throw new RefusedTarget('Host could not be resolved to a valid Ip address', true);
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/** The address, and the IPv4 addresses that IPv6 forms of it lead to: compatible, NAT64, 6to4, Teredo. */
function formsOf(key: IpKey): readonly IpKey[] {
  const v4 = (hex: string): IpKey => `00000000000000000000ffff${hex}`;
  const forms = [key];
  if (key.startsWith('000000000000000000000000')) forms.push(v4(key.slice(24)));
  if (key.startsWith('0064ff9b')) forms.push(v4(key.slice(24)));
  if (key.startsWith('2002')) forms.push(v4(key.slice(4, 12)));
  if (key.startsWith('20010000')) {
    forms.push(v4((BigInt(`0x${key.slice(24)}`) ^ 0xffffffffn).toString(16).padStart(8, '0')));
  }
  return forms;
}

function listed(key: IpKey, entries: readonly string[]): boolean {
  return entries.some((entry) => {
    const cidr = parseCidr(entry.trim());
    if (cidr) return within(key, cidr);
    const host = canonicalHost(entry);
    return host !== undefined && parseIp(host) === key;
  });
}

function within(key: IpKey, { from, to }: IpRange): boolean {
  return key >= from && key <= to;
}
