import type { Num } from './num.ts';

/** The syntax tree of a condition. `at` is the offset of the node's own sign in the script; `depth` bounds recursion. */
export type Expression = ExpressionShape & { readonly at: number; readonly depth: number };

export type ExpressionShape =
  | { readonly kind: 'literal'; readonly value: string | boolean | null | Num }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'member'; readonly object: Expression; readonly key: string; readonly nullSafe: boolean }
  | { readonly kind: 'index'; readonly object: Expression; readonly index: Expression }
  | {
      readonly kind: 'call';
      readonly object: Expression;
      readonly method: string;
      readonly args: readonly Expression[];
      readonly nullSafe: boolean;
    }
  | { readonly kind: 'not' | 'negate' | 'plus' | 'complement'; readonly operand: Expression }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'and' | 'or' | 'elvis'; readonly left: Expression; readonly right: Expression }
  | {
      readonly kind: 'conditional';
      readonly test: Expression;
      readonly whenTrue: Expression;
      readonly whenFalse: Expression;
    }
  | {
      readonly kind: 'assign';
      readonly target: Expression;
      /** '' for a plain `=`, else the operator of `+=` and its like. */
      readonly operator: string;
      readonly value: Expression;
    }
  | { readonly kind: 'step'; readonly target: Expression; readonly by: 1 | -1; readonly prefix: boolean }
  | { readonly kind: 'cast' | 'instanceof'; readonly type: string; readonly operand: Expression }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [Expression, Expression])[] }
  | { readonly kind: 'new'; readonly type: string; readonly args: readonly Expression[] }
  | {
      readonly kind: 'lambda';
      readonly parameters: readonly string[];
      readonly body: Expression | Block;
    };

export type Statement = StatementShape & { readonly at: number };

export type StatementShape =
  | Block
  | {
      readonly kind: 'declare';
      readonly type: string;
      readonly names: readonly { readonly name: string; readonly at: number; readonly value: Expression | undefined }[];
    }
  | { readonly kind: 'expression'; readonly expression: Expression }
  | {
      readonly kind: 'if';
      readonly test: Expression;
      readonly whenTrue: Statement;
      readonly whenFalse: Statement | undefined;
    }
  | { readonly kind: 'while' | 'do'; readonly test: Expression; readonly body: Statement }
  | {
      readonly kind: 'for';
      readonly start: Statement | undefined;
      readonly test: Expression | undefined;
      readonly after: Expression | undefined;
      readonly body: Statement;
    }
  | {
      readonly kind: 'each';
      readonly type: string;
      readonly name: string;
      readonly list: Expression;
      readonly body: Statement;
    }
  | { readonly kind: 'return'; readonly value: Expression | undefined }
  | { readonly kind: 'throw'; readonly value: Expression }
  | { readonly kind: 'break' | 'continue' };

export interface Block {
  readonly kind: 'block';
  readonly statements: readonly Statement[];
}

export interface Script {
  readonly body: Block;
  /** Offsets where statements start, for the text of runtime errors. */
  readonly starts: readonly number[];
}
