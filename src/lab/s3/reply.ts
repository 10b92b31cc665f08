import { type XmlValue, xmlText } from '../xml.ts';
import { namespace } from './acl.ts';
import type { Answer, Told } from './operation.ts';

export function xmlReply(root: string, value: XmlValue, told?: Told): Answer {
  return plainXml(xmlText(root, value, namespace), told);
}

export function plainXml(body: string, told?: Told): Answer {
  return { status: 200, headers: { 'content-type': 'application/xml' }, body, ...(told ? { told } : {}) };
}

export function emptyReply(status: number, headers: Readonly<Record<string, string>> = {}, told?: Told): Answer {
  return { status, headers, body: '', ...(told ? { told } : {}) };
}

/** As S3's headers write a time. */
export function httpDate(at: number): string {
  return new Date(at).toUTCString();
}

/** Kept to the second, as S3 tells it in both forms. */
export function isoDate(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}.000Z`;
}
