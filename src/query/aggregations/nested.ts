import { objectAt } from '../mapping.ts';
import { parsingError, shardError } from '../refusal.ts';
import { pathReader } from '../source-values.ts';
import type { AggregatedHit, AggregationKind, Place } from './aggregation.ts';
import { checkBody, textOf } from './body.ts';
import { type Select, singleBucket } from './single-bucket.ts';

/** `nested`: the objects of a nested path; what stands inside counts objects. */
export const nested: AggregationKind = {
  names: ['nested'],
  buckets: true,
  parse(body, scope) {
    checkBody(body, scope.kind, ['path']);
    const path = textOf(body, 'path', scope.kind);
    if (path === undefined) throw parsingError(`Missing [path] field for nested aggregation [${scope.name}]`);
    return singleBucket(scope, (place) => ({ inside: { ...place, nested: path }, select: descend(path, place) }));
  },
};

/** `reverse_nested`: back from nested objects to the document, or to the nested object of `path` around them. */
export const reverseNested: AggregationKind = {
  names: ['reverse_nested'],
  buckets: true,
  parse(body, scope) {
    checkBody(body, scope.kind, ['path']);
    const path = textOf(body, 'path', scope.kind);
    if (!scope.around.includes('nested')) {
      throw shardError(
        `Reverse nested aggregation [${scope.name}] can only be used inside a [nested] aggregation`,
        'illegal_argument_exception',
      );
    }
    return singleBucket(scope, (place) => {
      if (path !== undefined) checkNested(path, place);
      return {
        inside: { ...place, nested: path },
        select: (hit, take) => {
          let at: AggregatedHit | undefined = hit;
          while (at && at.nested !== path) at = at.parent;
          if (at) take(at);
        },
      };
    });
  },
};

function descend(path: string, place: Place): Select {
  if (!checkNested(path, place)) return () => {};
  if (place.nested !== undefined && !path.startsWith(`${place.nested}.`)) return () => {};
  // Every nested object on the way is a step of its own, for reverse_nested to come back to.
  const levels: { readonly path: string; readonly read: ReturnType<typeof pathReader> }[] = [];
  const segments = path.split('.');
  let from = place.nested === undefined ? 0 : place.nested.split('.').length;
  for (let to = from + 1; to <= segments.length; to++) {
    const level = segments.slice(0, to).join('.');
    if (!objectAt(place.mapping, level)?.nested) continue;
    levels.push({ path: level, read: pathReader(segments.slice(from, to)) });
    from = to;
  }
  const visit = (hit: AggregatedHit, depth: number, take: (hit: AggregatedHit) => void): void => {
    const level = levels[depth];
    if (!level) {
      take(hit);
      return;
    }
    level.read(hit.scope, (scope) => {
      if (typeof scope === 'object' && scope !== null) {
        visit({ ...hit, scope, nested: level.path, parent: hit }, depth + 1, take);
      }
      return false;
    });
  };
  return (hit, take) => visit(hit, 0, take);
}

/** False for a path that the index does not have. */
function checkNested(path: string, place: Place): boolean {
  const object = objectAt(place.mapping, path);
  if (object && !object.nested) {
    throw shardError(`[nested] nested path [${path}] is not nested`, 'aggregation_execution_exception', 500);
  }
  return object !== undefined;
}
