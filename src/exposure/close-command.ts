import type { Door } from './door.ts';

const allOn = 'BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true';

/**
 * The command of AWS's command line that closes the door, ready to paste: names come from records, so they are quoted for a
 * shell. undefined where the record names too little.
 */
export function closeCommand(door: Door): string | undefined {
  const { kind, name, account, region, part, verb } = door;
  if (name === '') return undefined;
  const there = region ? ` ${option('--region', region)}` : '';
  switch (kind) {
    case 's3-policy':
    case 's3-acl':
    case 's3-bpa':
    case 's3-ownership':
      return `aws s3api put-public-access-block ${option('--bucket', name)} --public-access-block-configuration ${allOn}`;
    case 's3-object-acl':
      return part
        ? `aws s3api put-object-acl ${option('--bucket', name)} ${option('--key', part)} --acl private`
        : closeCommand({ ...door, kind: 's3-acl' });
    case 's3-account-bpa':
      return `aws s3control put-public-access-block ${option('--account-id', name)} --public-access-block-configuration ${allOn}`;
    case 's3-accesspoint':
      return account
        ? `aws s3control delete-access-point-policy ${option('--account-id', account)} ${option('--name', name)}${there}`
        : undefined;
    case 'api-policy':
    case 'api-endpoint':
      return `aws apigateway update-rest-api ${option('--rest-api-id', name)} --patch-operations op=replace,path=/disableExecuteApiEndpoint,value=true${there}`;
    case 'api-method':
      return part && verb
        ? `aws apigateway update-method ${option('--rest-api-id', name)} ${option('--resource-id', part)} ${option('--http-method', verb)} --patch-operations op=replace,path=/authorizationType,value=AWS_IAM${there}`
        : closeCommand({ ...door, kind: 'api-policy' });
    case 'api-route':
      return part
        ? `aws apigatewayv2 update-route ${option('--api-id', name)} ${option('--route-id', part)} --authorization-type AWS_IAM${there}`
        : `aws apigatewayv2 update-api ${option('--api-id', name)} --disable-execute-api-endpoint${there}`;
    case 'function-policy':
      return part
        ? `aws lambda remove-permission ${option('--function-name', name)} ${option('--statement-id', part)}${there}`
        : undefined;
    case 'function-url':
      return `aws lambda update-function-url-config ${option('--function-name', name)} --auth-type AWS_IAM${there}`;
    default:
      return undefined;
  }
}

/** A value that a shell and the command line take as one plain value, whoever chose it. */
function option(name: string, value: string): string {
  // Line ends and other controls cannot be typed; what AWS accepts as a name has none.
  const safe = value.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '?');
  const quoted = /^[A-Za-z0-9_.:/@%+=,-]+$/.test(safe) ? safe : `'${safe.replaceAll("'", "'\\''")}'`;
  return `${name}${safe.startsWith('-') ? '=' : ' '}${quoted}`;
}
