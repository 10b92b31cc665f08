import fc from 'fast-check';
import type { Document } from '../../../src/base/document.ts';
import { addresses, booleans, dates, decimals, longs, mostly, oneOf, texts } from './stock.ts';

/** Documents of such an index; some are refused, which both engines must do alike. */

type Value = fc.Arbitrary<unknown>;

const tame = {
  text: oneOf<unknown>(texts),
  number: oneOf<unknown>([0, 1, 5, 42, 100, -1, '7']),
  date: oneOf<unknown>(['2024-05-01', '2023-12-31', '2024-02-29']),
  address: oneOf(addresses.slice(0, 10)),
  boolean: oneOf<unknown>([true, false, 'true', 'false']),
};

const anything: Value = fc.oneof(oneOf<unknown>(texts), oneOf(longs), oneOf(decimals), oneOf(dates), oneOf(booleans));

/** One value, sometimes a list, null or nothing. */
function several(one: Value): Value {
  return fc.oneof(
    { weight: 6, arbitrary: one },
    { weight: 2, arbitrary: fc.array(one, { maxLength: 3 }) },
    { weight: 1, arbitrary: oneOf<unknown>([null, [], [null], [[]]]) },
  );
}

const text = several(mostly(tame.text, oneOf<unknown>([1, 1.5, true, false, ...longs.slice(0, 5)])));
const number = several(mostly(tame.number, oneOf([...longs, ...decimals])));
const date = several(mostly(tame.date, oneOf(dates)));
const address = several(mostly(tame.address, oneOf(addresses)));
const boolean = several(mostly(tame.boolean, oneOf(booleans)));

function objects(one: fc.Arbitrary<Document>): Value {
  return fc.oneof(
    { weight: 4, arbitrary: one },
    { weight: 3, arbitrary: fc.array(one, { maxLength: 3 }) },
    { weight: 1, arbitrary: oneOf<unknown>([null, {}, []]) },
  );
}

const some = (model: Readonly<Record<string, Value>>): fc.Arbitrary<Document> => fc.record(model, { requiredKeys: [] });
const inner = some({ k: text, t: text, l: number });
const nested = some({ k: text, t: text, l: number, in: objects(some({ k: text })) });

const flat = objects(
  some({
    a: several(mostly(tame.text, oneOf<unknown>([1, true, 1.5]))),
    b: some({ c: several(tame.text), d: several(tame.number) }),
    'x.y': tame.text,
  }),
);

/** What dynamic mapping meets first. */
const dynamic = objects(
  some({
    s: several(tame.text),
    n: several(mostly(tame.number, oneOf(longs))),
    f: several(oneOf(decimals.slice(0, 8))),
    d: several(oneOf(dates)),
    b: several(oneOf<unknown>([true, false])),
    o: some({ deep: anything }),
    src_ip: address,
    skipped: tame.text,
    any: several(anything),
  }),
);

export const document: fc.Arbitrary<Document> = fc
  .tuple(
    some({ k: text, k2: text, t: text, t2: text, n: number, n2: number, d: date, d2: date, ip: address, b: boolean }),
    some({ o: objects(inner), 'o.k': text, ne: objects(nested), fo: flat, dyn: dynamic, 'dyn.s': text }),
    some({
      off: objects(inner),
      still: objects(some({ k: text, other: text })),
      dx: several(anything),
      '2024': tame.text,
    }),
  )
  .map(([plain, made, rare]) => ({ ...plain, ...made, ...keep(rare) }));

/** Rare members stay rare: a document that one of them refuses tells nothing else. */
function keep(rare: Document): Document {
  return Object.fromEntries(Object.entries(rare).slice(0, 1));
}
