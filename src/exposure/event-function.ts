import { isDocument, own, text } from '../base/document.ts';
import type { DoorChange } from './door.ts';
import { functionNameOf } from './function-name.ts';
import { judgeLambda, judgeUrl, permissionStatement, statementOf } from './lambda.ts';
import { find } from './nested.ts';
import { textOf } from './policy-member.ts';
import { judgePolicy } from './policy-verdict.ts';
import { cannotTell } from './words.ts';

/** Records of Lambda: permissions, whole policies and function URLs. Most names end in the version of the API. */
export function functionChanges(record: unknown): readonly DoorChange[] {
  const event = (text(own(record, 'eventName')) ?? '').replace(/20\d{6}(v\d+)?$/, '');
  const parameters = own(record, 'requestParameters');
  const answer = own(record, 'responseElements');
  const name = functionNameOf(record) ?? '';
  const permission = { kind: 'function-policy', name, part: textOf(find(parameters, 'statementId')) } as const;
  switch (event) {
    case 'AddPermission':
    case 'AddLayerVersionPermission': {
      const answered = permissionStatement(answer);
      if (!answered && find(parameters, 'principal') === undefined) {
        return [{ door: permission, change: 'set', exposure: cannotTell('the permission is not told') }];
      }
      const asked = statementOf(isDocument(parameters) ? parameters : {});
      const policy = { Version: '2012-10-17', Statement: answered ?? asked };
      return [{ door: permission, change: 'set', exposure: judgePolicy(policy, 'lambda') }];
    }
    case 'PutResourcePolicy':
      return [
        { door: { ...permission, part: undefined }, change: 'set', exposure: judgeLambda(find(parameters, 'policy')) },
      ];
    case 'RemovePermission':
    case 'RemoveLayerVersionPermission':
    case 'DeleteResourcePolicy':
      return [gone(permission, 'the permission was removed')];
    case 'CreateFunctionUrlConfig':
    case 'UpdateFunctionUrlConfig': {
      const exposure = judgeUrl({ authType: find(parameters, 'authType') ?? find(answer, 'authType') });
      return exposure ? [{ door: { kind: 'function-url', name }, change: 'set', exposure }] : [];
    }
    case 'DeleteFunctionUrlConfig':
      return [gone({ kind: 'function-url', name }, 'the function URL was deleted')];
    default:
      return [];
  }
}

function gone(door: DoorChange['door'], because: string): DoorChange {
  return {
    door,
    change: 'cleared',
    exposure: { verdict: 'not-public', anonymous: false, actions: [], because, sentence: `Not public: ${because}.` },
  };
}
