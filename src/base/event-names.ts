import { codePoints, withinEdits } from './edit-distance.ts';

/**
 * The names of fields that events have: what CloudTrail records hold (specs/cloudtrail.md §1.1), what Wazuh's wodle adds, and
 * what API Gateway's access logs become. `*`: anything may stand below, for it differs by call.
 */
const eventFields = `
integration aws.source aws.aws_account_id aws.source_ip_address aws.error_msg
aws.log_info.aws_account_alias aws.log_info.log_file aws.log_info.s3bucket
aws.eventVersion aws.eventTime aws.eventSource aws.eventName aws.awsRegion aws.sourceIPAddress aws.userAgent aws.errorCode
aws.errorMessage aws.requestID aws.eventID aws.eventType aws.apiVersion aws.managementEvent aws.readOnly
aws.recipientAccountId aws.sharedEventID aws.vpcEndpointId aws.vpcEndpointAccountId aws.eventCategory
aws.sessionCredentialFromConsole
aws.userIdentity.type aws.userIdentity.principalId aws.userIdentity.arn aws.userIdentity.accountId
aws.userIdentity.accessKeyId aws.userIdentity.userName aws.userIdentity.invokedBy aws.userIdentity.identityProvider
aws.userIdentity.credentialId aws.userIdentity.sessionContext.* aws.userIdentity.invokedByDelegate.accountId
aws.userIdentity.onBehalfOf.userId aws.userIdentity.onBehalfOf.identityStoreArn aws.userIdentity.inScopeOf.*
aws.tlsDetails.tlsVersion aws.tlsDetails.cipherSuite aws.tlsDetails.clientProvidedHostHeader aws.tlsDetails.keyExchange
aws.resources.ARN aws.resources.ARNPrefix aws.resources.accountId aws.resources.type
aws.addendum.reason aws.addendum.updatedFields aws.addendum.originalRequestID aws.addendum.originalEventID
aws.insightDetails.* aws.eventContext.* aws.edgeDeviceDetails.* aws.serviceEventDetails.* aws.additionalEventData.*
aws.requestParameters.* aws.responseElements.* aws.tags.*
`
  .trim()
  .split(/\s+/);

/** What the document adds around the event, which stands below `data`. */
const documentFields = [
  ...`timestamp @timestamp location id full_log previous_output agent.id agent.name agent.ip manager.name cluster.name
cluster.node decoder.name decoder.parent input.type predecoder.hostname predecoder.program_name predecoder.timestamp
rule.id rule.level rule.description rule.groups rule.firedtimes rule.mail rule.frequency rule.info rule.cve rule.mitre.id
rule.mitre.tactic rule.mitre.technique rule.pci_dss rule.cis rule.gdpr rule.gpg13 rule.hipaa rule.nist_800_53 rule.tsc
GeoLocation.* trailhound.* data.aws.region data.aws.accountId`.split(/\s+/),
  ...eventFields.map((name) => `data.${name}`),
];

export type KnownName = 'field' | 'object' | 'unknown';

/** Whether events have the field, by the name that rules use, in any case. Objects hold fields and have no value. */
export function knownEventField(name: string): KnownName {
  return lookUp(eventTable, name.toLowerCase());
}

/** The same for documents and queries: there case counts. */
export function knownDocumentField(name: string): KnownName {
  return lookUp(documentTable, name);
}

/** The known field that was probably meant. */
export function similarEventField(name: string): string | undefined {
  return similar(eventFields, name);
}

export function similarDocumentField(name: string): string | undefined {
  return similar(documentFields, name);
}

interface Table {
  readonly fields: ReadonlySet<string>;
  readonly open: readonly string[];
  readonly objects: ReadonlySet<string>;
}

function tableOf(names: readonly string[]): Table {
  const objects = new Set<string>();
  for (const name of names) {
    for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) objects.add(name.slice(0, dot));
  }
  return {
    fields: new Set(names),
    open: names.filter((name) => name.endsWith('.*')).map((name) => name.slice(0, -1)),
    objects,
  };
}

/** A list has a text for rules, which see it as one; in a document its members are objects. */
const eventTable = tableOf([...eventFields, 'aws.resources'].map((name) => name.toLowerCase()));
const documentTable = tableOf(documentFields);

function lookUp(table: Table, name: string): KnownName {
  if (table.fields.has(name)) return 'field';
  if (table.objects.has(name)) return 'object';
  return table.open.some((prefix) => name.startsWith(prefix)) ? 'field' : 'unknown';
}

function similar(names: readonly string[], name: string): string | undefined {
  const wanted = codePoints(name.toLowerCase());
  const known = names.filter((other) => !other.endsWith('*'));
  for (const edits of [0, 1, 2]) {
    const found = known.find((other) => withinEdits(codePoints(other.toLowerCase()), wanted, edits, 0, true));
    if (found) return found;
  }
  const last = `.${name.toLowerCase().split('.').at(-1)}`;
  return known.find((other) => other.toLowerCase().endsWith(last));
}
