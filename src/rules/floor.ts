import { type Document, isDocument, own } from '../base/document.ts';
import type { Rule } from './rule.ts';

/**
 * The floor rule: outside strict mode no CloudTrail event disappears, whatever the rules say. It answers when no rule with
 * level ≥ alertLevelMin matched. Level 3 is the lowest that Wazuh writes as an alert (`log_alert_level` as shipped) and means
 * a success or an authorised event there. The id is ours; a user's rule of the same id is an ordinary rule beside it.
 */
export const floorRule: Rule = {
  id: '119999',
  level: 3,
  description: 'AWS CloudTrail: $(aws.eventSource) $(aws.eventName)',
  groups: ['aws', 'cloudtrail'],
  groupText: 'aws,cloudtrail,',
  compliance: {},
  mitre: { id: [], tactic: [], technique: [] },
  info: [],
  cve: [],
  frequency: undefined,
  options: {
    alertByEmail: false,
    noEmailAlert: false,
    logAlert: false,
    noLog: false,
    noFullLog: true,
    noCounter: false,
  },
  conditions: [],
  correlation: undefined,
  parents: { sids: [] },
  overwrite: false,
  noAlert: false,
  inaccurate: true,
  ignoreSeconds: 0,
  file: 'the program',
  line: 0,
};

/** `log_alert_level` as Wazuh ships it: matches below it are no alert documents. */
export const alertLevelMin = 3;

/** `email_alert_level` as Wazuh ships it. */
export const mailLevelMin = 12;

/** Whether the floor holds the event: what the wodle sends (`integration: aws` and an `aws` object), or its alert document. */
export function isTrailEvent(event: Document): boolean {
  return hasShape(event) || hasShape(own(event, 'data'));
}

function hasShape(event: unknown): boolean {
  return isDocument(event) && own(event, 'integration') === 'aws' && isDocument(own(event, 'aws'));
}
