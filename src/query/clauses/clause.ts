import type { Query } from '../query.ts';

export interface Clause<Q extends Query> {
  readonly name: string;
  parse(json: unknown): Q;
}
