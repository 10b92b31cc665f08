/**
 * A ruleset of any size, in our own words and the same each time, with the shapes that real ones have: a root of level 0,
 * rules by service and by event name below it, rules about other programs beside it, lists, composites, texts and pcre2.
 */
export interface GeneratedRuleset {
  /** File name → text; a file holds some ten rules. */
  readonly files: ReadonlyMap<string, string>;
  readonly lists: ReadonlyMap<string, string>;
}

const services = 's3 iam ec2 sts kms lambda rds sns sqs logs cloudtrail config dynamodb ecr ecs eks'.split(' ');
const verbs = 'Get Put List Describe Create Delete Update Attach Detach Start Stop Modify'.split(' ');
const nouns =
  'Object Bucket User Role Policy Instance Key Function Topic Queue Group Trail Table Image Cluster Rule'.split(' ');

export function generatedRuleset(count: number): GeneratedRuleset {
  const rules: string[] = [
    rule(80200, 0, '<decoded_as>json</decoded_as><field name="integration">aws</field>'),
    ...services
      .slice(0, Math.min(services.length, Math.floor(count / 10)))
      .map((service, index) =>
        rule(
          80201 + index,
          0,
          `<if_sid>80200</if_sid><field name="aws.eventSource">^${service}.amazonaws.com$</field>`,
        ),
      ),
  ];
  const parents = rules.length - 1;
  for (let number = 0; rules.length < count; number++) rules.push(oneRule(number, parents));
  const files = new Map<string, string>();
  for (let from = 0; from < rules.length; from += 10) {
    const name = `${String(350 + from / 10).padStart(4, '0')}-generated.xml`;
    files.set(name, `<group name="generated,">\n${rules.slice(from, from + 10).join('\n')}\n</group>\n`);
  }
  return { files, lists: new Map([['watched', nouns.map((noun) => `Create${noun}:\n`).join('')]]) };
}

function oneRule(number: number, parents: number): string {
  const id = 90_000 + number;
  const level = 3 + (number % 10);
  const below = parents === 0 ? '<if_sid>80200</if_sid>' : `<if_sid>${80_201 + (number % parents)}</if_sid>`;
  const name = `${verbs[number % verbs.length]}${nouns[Math.floor(number / verbs.length) % nouns.length]}`;
  switch (number % 20) {
    case 0:
      return rule(id, level, `<decoded_as>program${number}</decoded_as><match>failed|denied ${number}</match>`);
    case 1:
      return rule(id, level, `<decoded_as>json</decoded_as><field name="office.operation">^op${number}$</field>`);
    case 2:
      return rule(id, level, `${below}<match>marker-${number}|other-${number}</match>`);
    case 3:
      return rule(id, level, `${below}<field name="aws.userAgent" type="pcre2">(?i)tool-${number}/\\d+</field>`);
    case 4:
      return rule(
        id,
        level,
        `${below}<list field="aws.eventName">etc/lists/watched</list><field name="aws.userIdentity.userName">^robot${number}$</field>`,
      );
    case 5:
      return number < 20
        ? rule(id, level, `${below}<field name="aws.errorCode">AccessDenied</field>`)
        : `<rule id="${id}" level="${level}" frequency="8" timeframe="120"><if_matched_sid>90005</if_matched_sid><same_field>aws.sourceIPAddress</same_field><field name="aws.eventName">^${name}$</field><description>many ${number}</description></rule>`;
    case 6:
      return rule(id, level, `${below}<field name="aws.requestParameters.bucketName">^bucket-${number}-\\w+$</field>`);
    case 7:
      return rule(
        id,
        level,
        `${below}<field name="aws.eventName" negate="yes">^${verbs[number % 3]}</field><field name="aws.recipientAccountId">^${100_000_000_000 + number}$</field>`,
      );
    default:
      return rule(
        id,
        level,
        `${below}<field name="aws.eventName">^${name}$|^${name}V${number}$</field><field name="aws.userIdentity.type">${number % 2 === 0 ? 'IAMUser' : 'Root'}</field>`,
      );
  }
}

function rule(id: number, level: number, content: string): string {
  return `<rule id="${id}" level="${level}">${content}<description>rule ${id}: $(aws.eventName) by $(aws.userIdentity.arn)</description><options>no_full_log</options></rule>`;
}
