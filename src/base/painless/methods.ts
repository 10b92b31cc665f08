import { fitted, int, Num, type NumKind, numOf } from './num.ts';
import { equal } from './operators.ts';
import { ScriptError } from './script-error.ts';
import {
  Bean,
  entriesOf,
  isJsonMap,
  itemsOf,
  javaText,
  Lambda,
  Moment,
  mapGet,
  mapKey,
  ScriptList,
  ScriptMap,
  typeName,
  type Value,
} from './value.ts';

/** What methods need of the evaluator: to call a lambda and to pay for their work. */
export interface Machine {
  invoke(lambda: Lambda, args: readonly Value[]): Value;
  /** Counts work against limits.conditionStepsMax. */
  spend(steps: number): void;
}

type Method<Receiver> = (receiver: Receiver, args: readonly Value[], machine: Machine) => Value;
type Table<Receiver> = ReadonlyMap<string, Method<Receiver>>;

/** Calls `receiver.name(args)`. Only the methods listed in this file exist: a script never reaches JavaScript's own. */
export function callMethod(receiver: Value, name: string, args: readonly Value[], at: number, machine: Machine): Value {
  const items = itemsOf(receiver);
  if (items) machine.spend(items.length / 8);
  if (typeof receiver === 'string') machine.spend(receiver.length / 64);
  const found =
    typeof receiver === 'string'
      ? bound(strings, receiver, name)
      : items
        ? (bound(lists, items, name) ?? (receiver instanceof ScriptList ? bound(ownLists, receiver, name) : undefined))
        : receiver instanceof Num
          ? bound(numbers, receiver, name)
          : receiver instanceof Moment
            ? bound(moments, receiver, name)
            : receiver instanceof Bean
              ? beanMethod(receiver, name)
              : receiver instanceof ScriptMap || isJsonMap(receiver)
                ? (bound(maps, receiver, name) ??
                  (receiver instanceof ScriptMap ? bound(ownMaps, receiver, name) : undefined))
                : undefined;
  const method = found ?? bound(objects, receiver, name);
  if (!method) {
    const reason = `dynamic method [${typeName(receiver)}, ${name}/${args.length}] not found`;
    throw new ScriptError('runtime error', at, 'illegal_argument_exception', reason);
  }
  return method(args, machine);
}

function bound<Receiver>(
  table: Table<Receiver>,
  receiver: Receiver,
  name: string,
): ((args: readonly Value[], machine: Machine) => Value) | undefined {
  const method = table.get(name);
  return method && ((args, machine) => method(receiver, args, machine));
}

/** `getName()` of a bean is its member `name`, `isAcknowledged()` its member `acknowledged`. */
function beanMethod(bean: Bean, name: string): ((args: readonly Value[]) => Value) | undefined {
  const word = /^(?:get|is)([A-Z])(.*)$/.exec(name);
  const member = word && `${word[1]?.toLowerCase()}${word[2]}`;
  return member && bean.members.has(member) ? () => bean.members.get(member) ?? null : undefined;
}

const objects: Table<Value> = new Map<string, Method<Value>>([
  ['equals', (self, [other]) => equal(self, other ?? null)],
  ['toString', (self) => javaText(self)],
  ['compareTo', (self, [other]) => int(compare(self, other ?? null))],
]);

const strings: Table<string> = new Map<string, Method<string>>([
  ['length', (self) => int(self.length)],
  ['isEmpty', (self) => self === ''],
  ['contains', (self, [part]) => self.includes(text(part))],
  ['equalsIgnoreCase', (self, [other]) => typeof other === 'string' && self.toLowerCase() === other.toLowerCase()],
  ['startsWith', (self, [part]) => self.startsWith(text(part))],
  ['endsWith', (self, [part]) => self.endsWith(text(part))],
  ['indexOf', (self, [part, from]) => int(self.indexOf(text(part), from instanceof Num ? from.value : 0))],
  ['lastIndexOf', (self, [part]) => int(self.lastIndexOf(text(part)))],
  ['substring', (self, [from, to]) => substring(self, from, to)],
  ['charAt', (self, [index]) => substring(self, index, index instanceof Num ? int(index.value + 1) : undefined)],
  ['concat', (self, [other]) => `${self}${text(other)}`],
  ['toLowerCase', (self) => self.toLowerCase()],
  ['toUpperCase', (self) => self.toUpperCase()],
  ['trim', (self) => self.replace(/^[\0-\x20]+|[\0-\x20]+$/g, '')],
  ['replace', (self, [from, to], machine) => replaced(self, text(from), text(to), machine)],
  ['splitOnToken', (self, [token]) => new ScriptList(text(token) === '' ? [self] : self.split(text(token)))],
]);

const numbers: Table<Num> = new Map<string, Method<Num>>(
  (['int', 'long', 'float', 'double'] satisfies NumKind[]).map((kind) => [
    `${kind}Value`,
    (self: Num) => fitted(kind, self.value),
  ]),
);

const moments: Table<Moment> = new Map<string, Method<Moment>>([
  ['toEpochMilli', (self) => new Num('long', self.ms)],
  ['getEpochSecond', (self) => new Num('long', Math.floor(self.ms / 1000))],
  ['isBefore', (self, [other]) => other instanceof Moment && self.ms < other.ms],
  ['isAfter', (self, [other]) => other instanceof Moment && self.ms > other.ms],
  ['plusMillis', (self, [ms]) => new Moment(self.ms + numeric(ms))],
  ['minusMillis', (self, [ms]) => new Moment(self.ms - numeric(ms))],
  ['plusSeconds', (self, [seconds]) => new Moment(self.ms + 1000 * numeric(seconds))],
  ['minusSeconds', (self, [seconds]) => new Moment(self.ms - 1000 * numeric(seconds))],
]);

const lists: Table<readonly Value[]> = new Map<string, Method<readonly Value[]>>([
  ['size', (self) => int(self.length)],
  ['isEmpty', (self) => self.length === 0],
  ['contains', (self, [item]) => self.some((each) => equal(each, item ?? null))],
  ['indexOf', (self, [item]) => int(self.findIndex((each) => equal(each, item ?? null)))],
  ['get', (self, [index]) => itemAt(self, index)],
  ['stream', (self) => new ScriptList([...self])],
  ['anyMatch', (self, [test], machine) => self.some((item) => holds(test, item, machine))],
  ['any', (self, [test], machine) => self.some((item) => holds(test, item, machine))],
  ['allMatch', (self, [test], machine) => self.every((item) => holds(test, item, machine))],
  ['every', (self, [test], machine) => self.every((item) => holds(test, item, machine))],
  ['noneMatch', (self, [test], machine) => !self.some((item) => holds(test, item, machine))],
  ['filter', (self, [test], machine) => new ScriptList(self.filter((item) => holds(test, item, machine)))],
  ['findAll', (self, [test], machine) => new ScriptList(self.filter((item) => holds(test, item, machine)))],
  ['find', (self, [test], machine) => self.find((item) => holds(test, item, machine)) ?? null],
  ['count', (self, [test], machine) => counted(self, test, machine)],
  ['sum', (self) => self.reduce<Num>((total, item) => added(total, item), int(0))],
  ...(['map', 'mapToInt', 'mapToLong', 'mapToDouble', 'collect'] as const).map(
    (name): [string, Method<readonly Value[]>] => [
      name,
      (self, [lambda], machine) => new ScriptList(self.map((item) => called(lambda, item, machine))),
    ],
  ),
  ['forEach', (self, [lambda], machine) => each(self, lambda, machine)],
]);

const ownLists: Table<ScriptList> = new Map<string, Method<ScriptList>>([
  ['add', (self, [item]) => self.items.push(item ?? null) > 0],
]);

const maps: Table<Value> = new Map<string, Method<Value>>([
  ['size', (self) => int(entriesOf(self)?.length ?? 0)],
  ['isEmpty', (self) => entriesOf(self)?.length === 0],
  ['get', (self, [key]) => mapGet(self, key ?? null)],
  ['getOrDefault', (self, [key, other]) => (hasKey(self, key ?? null) ? mapGet(self, key ?? null) : (other ?? null))],
  ['containsKey', (self, [key]) => hasKey(self, key ?? null)],
  ['containsValue', (self, [item]) => (entriesOf(self) ?? []).some(([, each]) => equal(each, item ?? null))],
  ['keySet', (self, _args, machine) => new ScriptList(paid(self, machine).map(([key]) => key))],
  ['values', (self, _args, machine) => new ScriptList(paid(self, machine).map(([, item]) => item))],
  ['entrySet', (self, _args, machine) => new ScriptList(paid(self, machine).map(entryBean))],
]);

const ownMaps: Table<ScriptMap> = new Map<string, Method<ScriptMap>>([
  ['put', (self, [key, item]) => put(self, key ?? null, item ?? null)],
]);

function put(map: ScriptMap, key: Value, item: Value): Value {
  const before = mapGet(map, key);
  map.entries.set(mapKey(key), [key, item]);
  return before;
}

function paid(map: Value, machine: Machine): readonly (readonly [Value, Value])[] {
  const entries = entriesOf(map) ?? [];
  machine.spend(entries.length);
  return entries;
}

function entryBean([key, value]: readonly [Value, Value]): Bean {
  return new Bean('Map.Entry', new Map([['key', key], ['value', value]])); // biome-ignore format: one entry
}

function hasKey(map: Value, key: Value): boolean {
  if (map instanceof ScriptMap) return map.entries.has(mapKey(key));
  return typeof key === 'string' && isJsonMap(map) && Object.hasOwn(map, key);
}

/** The item at an index; a negative one counts from the end, as in Painless. */
export function itemAt(items: readonly Value[], index: Value | undefined): Value {
  if (!(index instanceof Num))
    throw fault('class_cast_exception', `cannot cast def [${typeName(index ?? null)}] to int`);
  const place = index.value < 0 ? index.value + items.length : index.value;
  if (place >= 0 && place < items.length) return items[place] ?? null;
  const reason =
    items.length === 0
      ? `Empty list doesn't contain element at index ${index.value}.`
      : `Index ${place} out of bounds for length ${items.length}`;
  throw fault('index_out_of_bounds_exception', reason);
}

function called(lambda: Value | undefined, item: Value, machine: Machine): Value {
  if (!(lambda instanceof Lambda)) throw fault('illegal_argument_exception', 'a lambda (x -> …) is expected here');
  return machine.invoke(lambda, [item]);
}

function holds(lambda: Value | undefined, item: Value, machine: Machine): boolean {
  const answer = called(lambda, item, machine);
  if (typeof answer !== 'boolean') {
    throw fault('class_cast_exception', `cannot cast def [${typeName(answer)}] to boolean`);
  }
  return answer;
}

function counted(items: readonly Value[], test: Value | undefined, machine: Machine): Value {
  if (test === undefined) return new Num('long', items.length);
  return int(items.filter((item) => holds(test, item, machine)).length);
}

function each(items: readonly Value[], lambda: Value | undefined, machine: Machine): null {
  for (const item of items) called(lambda, item, machine);
  return null;
}

function added(total: Num, item: Value): Num {
  if (!(item instanceof Num)) throw fault('class_cast_exception', `cannot cast def [${typeName(item)}] to a number`);
  return item.kind === 'double' || total.kind === 'double'
    ? new Num('double', total.value + item.value)
    : numOf(total.value + item.value);
}

function compare(left: Value, right: Value): number {
  if (left instanceof Num && right instanceof Num) return Math.sign(left.value - right.value);
  if (left instanceof Moment && right instanceof Moment) return Math.sign(left.ms - right.ms);
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : left > right ? 1 : 0;
  throw fault('class_cast_exception', `cannot compare [${typeName(left)}] with [${typeName(right)}]`);
}

function substring(self: string, from: Value | undefined, to: Value | undefined): string {
  const start = numeric(from);
  const end = to === undefined ? self.length : numeric(to);
  if (start < 0 || end > self.length || start > end) {
    const reason = `begin ${start}, end ${end}, length ${self.length}`;
    throw fault('string_index_out_of_bounds_exception', reason);
  }
  return self.slice(start, end);
}

/** Each replacement could grow the text: what it may reach is paid for before it is built. */
function replaced(self: string, from: string, to: string, machine: Machine): string {
  const pieces = self.split(from);
  machine.spend(self.length / 8 + (pieces.length * to.length) / 8);
  return pieces.join(to);
}

function text(value: Value | undefined): string {
  if (typeof value === 'string') return value;
  throw fault('class_cast_exception', `cannot cast def [${typeName(value ?? null)}] to java.lang.String`);
}

function numeric(value: Value | undefined): number {
  if (value instanceof Num) return value.value;
  throw fault('class_cast_exception', `cannot cast def [${typeName(value ?? null)}] to int`);
}

/** An error whose place the evaluator fills in. */
function fault(type: string, reason: string): ScriptError {
  return new ScriptError('runtime error', -1, type, reason);
}
