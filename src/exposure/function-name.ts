import { own, text } from '../base/document.ts';
import { find } from './nested.ts';
import { textOf } from './policy-member.ts';

/**
 * The function that a record is about. Callers name it as they like (`f`, `111122223333:function:f`, its whole ARN): the function of
 * the record's own account and region is `f`, with its alias or version where one is named; others keep what was written.
 */
export function functionNameOf(record: unknown): string | undefined {
  const parameters = own(record, 'requestParameters');
  const written =
    textOf(find(parameters, 'functionName')) ??
    textOf(find(parameters, 'resourceArn')) ??
    textOf(find(parameters, 'layerName'));
  const parts = /^(?:arn:[^:]*:lambda:([^:]*):)?(\d{12}):function:(.+)$/s.exec(written ?? '');
  if (!parts) return written;
  const [, region, account, name] = parts;
  const here = text(own(record, 'awsRegion')) ?? region;
  const owner = text(own(record, 'recipientAccountId')) ?? account;
  return (region === undefined || region === here) && account === owner ? name : written;
}
