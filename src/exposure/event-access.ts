import { own, text } from '../base/document.ts';
import { closeCommand } from './close-command.ts';
import type { Door } from './door.ts';
import { functionNameOf } from './function-name.ts';
import { find } from './nested.ts';
import { textOf } from './policy-member.ts';

/** The bucket, API or function that a record is about, by name; undefined for records of other services. */
export function doorOf(record: unknown): Door | undefined {
  const parameters = own(record, 'requestParameters');
  const said = (name: string): string | undefined => textOf(find(parameters, name));
  const region = text(own(record, 'awsRegion'));
  switch (text(own(record, 'eventSource'))?.toLowerCase()) {
    case 's3.amazonaws.com':
    case 's3express.amazonaws.com': {
      const name = said('bucketName');
      return name === undefined ? undefined : { kind: 's3-policy', name, region };
    }
    case 'execute-api.amazonaws.com':
    case 'apigateway.amazonaws.com': {
      const name = said('restApiId') ?? said('apiId');
      // Only HTTP and WebSocket APIs have routes.
      const line = own(own(record, 'additionalEventData'), 'accessLog');
      const routed = find(line, 'routeKey') !== undefined;
      return name === undefined ? undefined : { kind: routed ? 'api-route' : 'api-policy', name, region };
    }
    case 'lambda.amazonaws.com': {
      const name = functionNameOf(record);
      return name === undefined ? undefined : { kind: 'function-url', name, region };
    }
    default:
      return undefined;
  }
}

/** The command that closes the door through which a caller without credentials came. */
export function closeBehind(record: unknown): string | undefined {
  const door = doorOf(record);
  return door && closeCommand(door);
}
