import type { ByteSet } from './pcre-class.ts';

/** A parsed expression. Case and the meaning of `.`, `^` and `$` are settled while parsing. */
export type PcreNode =
  | { readonly kind: 'empty' }
  | { readonly kind: 'bytes'; readonly set: ByteSet }
  | { readonly kind: 'sequence'; readonly parts: readonly PcreNode[] }
  | { readonly kind: 'choice'; readonly parts: readonly PcreNode[] }
  | {
      readonly kind: 'repeat';
      readonly inner: PcreNode;
      readonly min: number;
      /** Infinity for none. */
      readonly max: number;
      readonly lazy: boolean;
    }
  | { readonly kind: 'capture'; readonly index: number; readonly inner: PcreNode }
  | { readonly kind: 'assert'; readonly what: PcreAssertion }
  | { readonly kind: 'atomic'; readonly inner: PcreNode }
  | { readonly kind: 'look'; readonly behind: boolean; readonly negative: boolean; readonly inner: PcreNode }
  | { readonly kind: 'reference'; readonly index: number; readonly caseless: boolean };

export type PcreAssertion =
  | 'text-start'
  | 'line-start'
  | 'text-end'
  | 'text-end-or-newline'
  | 'line-end'
  | 'word-edge'
  | 'no-word-edge';

/** Whether a finite automaton can run it: nothing that depends on which way was taken. */
export function isRegular(node: PcreNode): boolean {
  switch (node.kind) {
    case 'atomic':
    case 'look':
    case 'reference':
      return false;
    case 'sequence':
    case 'choice':
      return node.parts.every(isRegular);
    case 'repeat':
    case 'capture':
      return isRegular(node.inner);
    default:
      return true;
  }
}

/** The length that every match has, undefined when there is no such length. */
export function fixedLength(node: PcreNode): number | undefined {
  switch (node.kind) {
    case 'bytes':
      return 1;
    case 'sequence': {
      let sum = 0;
      for (const part of node.parts) {
        const length = fixedLength(part);
        if (length === undefined) return undefined;
        sum += length;
      }
      return sum;
    }
    case 'choice': {
      const lengths = new Set(node.parts.map(fixedLength));
      return lengths.size === 1 ? [...lengths][0] : undefined;
    }
    case 'repeat': {
      const length = fixedLength(node.inner);
      return node.min === node.max && length !== undefined ? length * node.min : undefined;
    }
    case 'capture':
    case 'atomic':
      return fixedLength(node.inner);
    case 'reference':
      return undefined;
    default:
      return 0;
  }
}

/** The bytes a match can begin with; undefined when it can be empty or that is not known. */
export function firstBytes(node: PcreNode): ByteSet | undefined {
  switch (node.kind) {
    case 'bytes':
      return node.set;
    case 'sequence': {
      for (const part of node.parts) {
        if (part.kind !== 'assert' && !(part.kind === 'look' && part.negative)) return firstBytes(part);
      }
      return undefined;
    }
    case 'choice': {
      const sets = node.parts.map(firstBytes);
      const union = new Uint8Array(256);
      for (const set of sets) {
        if (!set) return undefined;
        set.forEach((member, byte) => {
          if (member) union[byte] = 1;
        });
      }
      return union;
    }
    case 'repeat':
      return node.min > 0 ? firstBytes(node.inner) : undefined;
    case 'capture':
    case 'atomic':
      return firstBytes(node.inner);
    case 'look':
      return node.behind || node.negative ? undefined : firstBytes(node.inner);
    default:
      return undefined;
  }
}
