import type { IndexOptions } from '../store.ts';

/**
 * The program's own indices are called as the original's plugins call theirs (`.opendistro-alerting-config`). On a cluster those
 * may be there and belong to the plugins, so ours stand under a name of our own: `.trailhound-opendistro-alerting-config`.
 */
const others = /^(-?)\.(opendistro|opensearch)-/;
/** Of all our own indices on a cluster. */
export const ownPrefix = '.trailhound-';
const ours = /^\.trailhound-(opendistro|opensearch)-/;

/** The name, pattern or exclusion by which the cluster knows an index. */
export function clusterName(name: string): string {
  return name.replace(others, '$1.trailhound-$2-');
}

/** The name by which the program knows an index of the cluster. */
export function programName(name: string): string {
  return name.replace(ours, '.$1-');
}

/** An index expression as the path of a request has it. Commas inside `<…>` belong to a date format. */
export function expressionPath(expression: string): string {
  const text = expression === '' ? '_all' : expression;
  return text
    .split(/,(?![^<]*>)/)
    .map((part) => encodeURIComponent(clusterName(part)))
    .join(',');
}

/** URL parameters of how an expression resolves. */
export function optionsQuery({ ignoreUnavailable, allowNoIndices, wildcards }: IndexOptions): string {
  const states = wildcards
    ? [
        ...(wildcards.open ? ['open'] : []),
        ...(wildcards.closed ? ['closed'] : []),
        ...(wildcards.hidden ? ['hidden'] : []),
      ]
    : undefined;
  return [
    ...(ignoreUnavailable === undefined ? [] : [`ignore_unavailable=${ignoreUnavailable}`]),
    ...(allowNoIndices === undefined ? [] : [`allow_no_indices=${allowNoIndices}`]),
    ...(states ? [`expand_wildcards=${states.length > 0 ? states.join(',') : 'none'}`] : []),
  ].join('&');
}
