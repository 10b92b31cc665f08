import { AwsRefusal } from '../exchange.ts';
import type { StoredObject } from './bucket.ts';

type Headers = Readonly<Record<string, string | undefined>>;

/**
 * If-Match and its family. For a read: true when the client has it already (304). For a write: If-None-Match: * and
 * If-Match as S3 has known them since 2024. Throws PreconditionFailed.
 */
export function checkConditions(headers: Headers, object: StoredObject | undefined, use: 'read' | 'write'): boolean {
  const match = headers['if-match'];
  const noneMatch = headers['if-none-match'];
  if (use === 'write') {
    if (match !== undefined && !object) {
      throw new AwsRefusal(404, 'NoSuchKey', 'The specified key does not exist.');
    }
    if (match !== undefined && object && !lists(match, object.etag)) throw failed('If-Match');
    if (noneMatch !== undefined && object && lists(noneMatch, object.etag)) throw failed('If-None-Match');
    return false;
  }
  if (!object) return false;
  if (match !== undefined && !lists(match, object.etag)) throw failed('If-Match');
  const seconds = Math.floor(object.modifiedAt / 1000);
  const unmodified = secondsOf(headers['if-unmodified-since']);
  if (match === undefined && unmodified !== undefined && seconds > unmodified) throw failed('If-Unmodified-Since');
  if (noneMatch !== undefined) return lists(noneMatch, object.etag);
  const modified = secondsOf(headers['if-modified-since']);
  return modified !== undefined && seconds <= modified;
}

function lists(header: string, etag: string): boolean {
  return header.split(',').some((each) => {
    const tag = each.trim();
    return tag === '*' || tag.replaceAll('"', '') === etag.replaceAll('"', '');
  });
}

function secondsOf(header: string | undefined): number | undefined {
  const at = header === undefined ? Number.NaN : Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.floor(at / 1000);
}

function failed(condition: string): AwsRefusal {
  return new AwsRefusal(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', {
    Condition: condition,
  });
}

/** A single `bytes=…` range, `to` not included; undefined for all (also where the header says nothing that S3 reads). */
export function rangeOf(
  header: string | undefined,
  length: number,
): { readonly from: number; readonly to: number } | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  const unsatisfiable = (): AwsRefusal =>
    new AwsRefusal(416, 'InvalidRange', 'The requested range is not satisfiable', {
      ActualObjectSize: String(length),
      RangeRequested: header ?? '',
    });
  if (match[1] === '') {
    const last = Number(match[2]);
    if (last === 0 || length === 0) throw unsatisfiable();
    return { from: Math.max(0, length - last), to: length };
  }
  const from = Number(match[1]);
  const to = match[2] === '' ? length : Math.min(Number(match[2]) + 1, length);
  if (from >= length) throw unsatisfiable();
  return to <= from ? undefined : { from, to };
}
