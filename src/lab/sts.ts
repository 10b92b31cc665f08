import { AwsRefusal, type Reply } from './exchange.ts';
import { type Form, queryReply } from './query-protocol.ts';
import { runManaged, type ServiceCall } from './service-call.ts';

export const stsNamespace = 'https://sts.amazonaws.com/doc/2011-06-15/';

/** GetCallerIdentity: everybody may ask who they are, whatever their policy says. */
export function answerSts(form: Form, call: ServiceCall): Reply {
  const name = form.get('Action') ?? '';
  if (name !== 'GetCallerIdentity')
    throw new AwsRefusal(400, 'InvalidAction', `The lab's STS has no operation ${name}.`);
  const { caller } = call;
  const free =
    caller.kind === 'user' ? { ...call, caller: { ...caller, user: { ...caller.user, policy: anybody } } } : call;
  return runManaged(
    free,
    {
      eventSource: 'sts.amazonaws.com',
      eventName: name,
      readOnly: true,
      action: 'sts:GetCallerIdentity',
      apiVersion: '2011-06-15',
    },
    { requestParameters: null },
    () => {
      if (caller.kind !== 'user') throw new AwsRefusal(403, 'AccessDenied', 'Access Denied');
      const { arn, principalId, accountId } = caller.user;
      return { result: queryReply(name, { Arn: arn, UserId: principalId, Account: accountId }, stsNamespace) };
    },
  );
}

const anybody = { Statement: [{ Effect: 'Allow', Action: 'sts:GetCallerIdentity', Resource: '*' }] };
