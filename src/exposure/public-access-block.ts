import { asText, isDocument } from '../base/document.ts';
import type { Exposure } from './exposure.ts';
import { member, oneOrMany } from './policy-member.ts';
import { readPolicyText } from './policy-text.ts';
import { cannotTell, listed } from './words.ts';

/** The four settings of a public access block, of a bucket, an access point or an account. */
export const blockSettings = [
  'BlockPublicAcls',
  'IgnorePublicAcls',
  'BlockPublicPolicy',
  'RestrictPublicBuckets',
] as const;
export type BlockSettings = Readonly<Record<(typeof blockSettings)[number], boolean>>;

/**
 * A block opens nothing by itself: `not-public` when what is public already is without effect (public ACLs ignored, public
 * policies restricted), else `unknown`, because policies and ACLs decide then. `anonymous` is never told.
 */
export function judgeBlock(input: unknown): Exposure {
  const settings = readBlock(input);
  if (!settings) return cannotTell('there is no public access block that could be read');
  const off = blockSettings.filter((name) => !settings[name]);
  if (settings.IgnorePublicAcls && settings.RestrictPublicBuckets) {
    const because =
      off.length === 0
        ? 'all four settings are on'
        : `${listed(off)} off, but public ACLs are ignored and public policies restricted`;
    return { verdict: 'not-public', anonymous: null, actions: [], because, sentence: `Not public: ${because}.` };
  }
  const because = `${listed(off)} off`;
  return {
    verdict: 'unknown',
    anonymous: null,
    actions: [],
    because,
    sentence: `Nothing stops public access any more (${because}): policies and ACLs decide alone who gets in.`,
  };
}

/** What is left out is off, as S3 takes it. undefined when no setting is named. */
export function readBlock(input: unknown): BlockSettings | undefined {
  const document = typeof input === 'string' ? readPolicyText(input) : input;
  const inside = member(document, 'PublicAccessBlockConfiguration') ?? document;
  const block = Array.isArray(inside) ? inside[0] : inside;
  if (!isDocument(block) || !blockSettings.some((name) => member(block, name) !== undefined)) return undefined;
  const on = (name: string): boolean => asText(oneOrMany(member(block, name))[0]).toLowerCase() === 'true';
  return {
    BlockPublicAcls: on('BlockPublicAcls'),
    IgnorePublicAcls: on('IgnorePublicAcls'),
    BlockPublicPolicy: on('BlockPublicPolicy'),
    RestrictPublicBuckets: on('RestrictPublicBuckets'),
  };
}
