import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Program, temporaryFolder, until } from '../program.ts';
import { deliver, eventId, type Identity, s3Record } from '../records.ts';

export interface Alert {
  readonly id: string;
  readonly state: string;
  readonly severity: string;
  readonly monitor_id: string;
  readonly monitor_name: string;
  readonly trailhound: {
    readonly total: number;
    readonly historic: boolean;
    readonly events: readonly Record<string, string>[];
  };
}

export const getObject = 'S3 GetObject from Anonymous Principal';

export async function alertsOf(program: Program, monitor: string): Promise<readonly Alert[]> {
  const { body } = await program.call(
    'GET',
    '/_plugins/_alerting/monitors/alerts?size=1000&sortString=start_time&sortOrder=desc',
  );
  return (body.alerts as Alert[]).filter((alert) => alert.monitor_name === monitor);
}

/**
 * The guide's chain through the real program: files in a data lake, alerts in the API. `start` starts it over documents of its
 * own, wherever they live.
 */
export function guideChain(label: string, start: (args: readonly string[]) => Promise<Program>): void {
  test(`${label}anonymous reads raise the guide alerts within seconds, in every spelling of anonymous`, async (context) => {
    const folder = temporaryFolder(context);
    const lake = join(folder, 'lake');
    mkdirSync(lake);
    const program = await start(['--data', join(folder, 'data'), '--source', lake]);
    context.after(() => program.stop());

    const identities: Identity[] = ['anonymous', 'ANONYMOUS_PRINCIPAL', 'guide', 'user'];
    const begun = performance.now();
    deliver(
      lake,
      identities.map((identity, number) => s3Record(number, 'GetObject', identity)),
    );
    const [alert] = await until('the alert', async () => {
      const found = await alertsOf(program, getObject);
      return found[0]?.trailhound.total === 3 ? found : undefined;
    });
    context.diagnostic(`file → alert: ${Math.round(performance.now() - begun)} ms`);
    assert.ok(alert);
    assert.equal(alert.state, 'ACTIVE');
    assert.equal(alert.severity, '1');
    assert.equal(alert.trailhound.historic, false);
    assert.deepEqual(alert.trailhound.events.map((event) => event._id).sort(), [0, 1, 2].map(eventId).sort());
    assert.deepEqual(
      new Set(alert.trailhound.events.map((event) => `${event.eventName} ${event.sourceIPAddress}`)),
      new Set(['GetObject 198.51.100.7']),
    );

    // While the alert is open, new events join it.
    deliver(lake, [s3Record(10, 'GetObject', 'anonymous')]);
    await until('the alert to grow', async () =>
      (await alertsOf(program, getObject))[0]?.trailhound.total === 4 ? true : undefined,
    );
    assert.equal((await alertsOf(program, getObject)).length, 1);

    // Acknowledged, then attacked again: a second alert.
    const acknowledged = await program.call(
      'POST',
      `/_plugins/_alerting/monitors/${alert.monitor_id}/_acknowledge/alerts`,
      { alerts: [alert.id] },
    );
    assert.deepEqual(acknowledged.body.success, [alert.id], `${JSON.stringify(acknowledged)} ${program.output()}`);
    deliver(lake, [s3Record(11, 'GetObject', 'anonymous')]);
    const both = await until('the second alert', async () => {
      const found = await alertsOf(program, getObject);
      return found.some((other) => other.id !== alert.id) ? found : undefined;
    });
    assert.equal(both.length, 2);
    assert.deepEqual(
      both.find((other) => other.id !== alert.id)?.trailhound.events.map((event) => event._id),
      [eventId(11)],
    );

    // The document: Wazuh's, with the guide's rule and what was filled in.
    const { body } = await program.call('GET', `/wazuh-alerts-4.x-*/_search?q=_id:${eventId(0)}`);
    const document = body.hits.hits[0]._source;
    assert.equal(document.rule.id, '119500');
    assert.equal(document.rule.description, 'AWS CloudTrail S3 Data Event detected');
    assert.deepEqual(document.rule.groups, ['aws', 'cloudtrail', 's3', 'data_events']);
    assert.equal(document.data.aws.userIdentity.principalId, 'Anonymous');
    assert.equal(document.data.aws.userIdentity.accountId, 'anonymous');
    assert.equal(document.trailhound.anonymous, true);
    assert.deepEqual(document.trailhound.normalized, ['data.aws.userIdentity.principalId']);
    assert.equal(document.location, 'Wazuh-AWS');
    assert.equal(document.data.aws.accountId, '111122223333');
  });

  test(`${label}each of the six monitors fires on what it is for and stays silent on a look-alike`, async (context) => {
    const folder = temporaryFolder(context);
    const lake = join(folder, 'lake');
    mkdirSync(lake);
    const program = await start(['--data', join(folder, 'data'), '--source', lake]);
    context.after(() => program.stop());
    const owner = { eventCategory: 'Management', managementEvent: true, readOnly: false };
    const acl = (requestParameters: object): object => ({
      ...owner,
      requestParameters: { bucketName: 'b', acl: '', ...requestParameters },
    });
    const grant = (uri: string): object => ({
      AccessControlPolicy: {
        AccessControlList: { Grant: { Grantee: { 'xsi:type': 'Group', URI: uri }, Permission: 'READ' } },
      },
    });
    deliver(lake, [
      s3Record(1, 'GetObject', 'anonymous'),
      s3Record(2, 'ListObjects', 'anonymous', { requestParameters: { bucketName: 'b', 'list-type': '2' } }),
      s3Record(3, 'ListObjects', 'user'),
      s3Record(4, 'PutBucketPolicy', 'user', {
        ...owner,
        requestParameters: { bucketName: 'b', policy: '', bucketPolicy: { Version: '2012-10-17', Statement: [] } },
      }),
      s3Record(5, 'PutBucketAcl', 'user', acl({ 'x-amz-acl': 'public-read' })),
      s3Record(6, 'PutBucketAcl', 'user', acl({ 'x-amz-acl': ['public-read-write'] })),
      s3Record(7, 'PutBucketAcl', 'user', acl(grant('http://acs.amazonaws.com/groups/global/AllUsers'))),
      s3Record(8, 'PutBucketAcl', 'user', acl({ 'x-amz-acl': 'private' })),
      s3Record(9, 'PutBucketAcl', 'user', acl({ 'x-amz-acl': 'aws-exec-read' })),
      s3Record(10, 'PutBucketAcl', 'user', {
        ...acl({ 'x-amz-acl': 'private' }),
        requestParameters: { bucketName: 'my-public-site', 'x-amz-acl': 'private' },
      }),
      s3Record(11, 'PutRestApi', 'user', {
        ...owner,
        eventSource: 'apigateway.amazonaws.com',
        requestParameters: { restApiId: 'abc' },
      }),
      s3Record(12, 'Invoke', 'guide', {
        eventSource: 'execute-api.amazonaws.com',
        requestParameters: { apiId: 'abc' },
      }),
      s3Record(13, 'Invoke', 'user', { eventSource: 'execute-api.amazonaws.com', requestParameters: { apiId: 'abc' } }),
    ]);
    const expected: Record<string, number[]> = {
      [getObject]: [1],
      'S3 ListBucket / ListObjectsV2 from Anonymous Principal': [2],
      'S3 PutBucketPolicy': [4],
      'S3 PutBucketAcl with Public Access': [5, 6, 7],
      'API Gateway PutRestApi / UpdateRestApiPolicy': [11],
      'API Gateway Invoke from Anonymous Principal': [12],
    };
    for (const [monitor, numbers] of Object.entries(expected)) {
      const [alert] = await until(monitor, async () => {
        const found = await alertsOf(program, monitor);
        return (found[0]?.trailhound.total ?? 0) >= numbers.length ? found : undefined;
      });
      assert.deepEqual(alert?.trailhound.events.map((event) => event._id).sort(), numbers.map(eventId).sort(), monitor);
    }
  });

  test(`${label}old records are stored as history and their alerts are marked so`, async (context) => {
    const folder = temporaryFolder(context);
    const lake = join(folder, 'lake');
    mkdirSync(lake);
    deliver(lake, [
      s3Record(1, 'GetObject', 'ANONYMOUS_PRINCIPAL', { eventTime: '2019-03-04T05:06:07Z', eventVersion: '1.05' }),
    ]);
    const program = await start(['--data', join(folder, 'data'), '--source', lake]);
    context.after(() => program.stop());
    const [alert] = await until('the alert', async () => {
      const found = await alertsOf(program, getObject);
      return found.length > 0 ? found : undefined;
    });
    assert.equal(alert?.trailhound.historic, true);
    const { body } = await program.call('GET', `/wazuh-alerts-4.x-2019.03.04/_doc/${eventId(1)}`);
    assert.equal(body._source.trailhound.historic, true);
    assert.equal(body._source.timestamp, '2019-03-04T05:06:07.000+0000');
  });
}
