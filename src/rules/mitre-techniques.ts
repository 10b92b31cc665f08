/** Tactics (Enterprise) by their id. */
export const tactics: ReadonlyMap<string, string> = new Map([
  ['TA0001', 'Initial Access'],
  ['TA0002', 'Execution'],
  ['TA0003', 'Persistence'],
  ['TA0004', 'Privilege Escalation'],
  ['TA0005', 'Defense Evasion'],
  ['TA0006', 'Credential Access'],
  ['TA0007', 'Discovery'],
  ['TA0008', 'Lateral Movement'],
  ['TA0009', 'Collection'],
  ['TA0010', 'Exfiltration'],
  ['TA0011', 'Command and Control'],
  ['TA0040', 'Impact'],
  ['TA0042', 'Resource Development'],
  ['TA0043', 'Reconnaissance'],
]);

export interface Technique {
  /** undefined for a sub-technique that is known by its parent only. */
  readonly name: string | undefined;
  readonly tactics: readonly string[];
}

/** A technique of ATT&CK (Enterprise, v15); a sub-technique not in the table has the tactics of its parent. */
export function techniqueOf(id: string): Technique | undefined {
  const found = techniques.get(id);
  if (found || !/^T\d{4}\.\d{3}$/.test(id)) return found;
  const parent = techniques.get(id.slice(0, 5));
  return parent && { name: undefined, tactics: parent.tactics };
}

/** A line a set of tactics: their last digits, then the techniques that serve them. */
const table = `
43: T1595 Active Scanning; T1592 Gather Victim Host Information; T1589 Gather Victim Identity Information; T1590 Gather Victim Network Information; T1591 Gather Victim Org Information; T1598 Phishing for Information; T1597 Search Closed Sources; T1596 Search Open Technical Databases; T1593 Search Open Websites/Domains; T1594 Search Victim-Owned Websites; T1595.001 Scanning IP Blocks; T1595.002 Vulnerability Scanning
42: T1650 Acquire Access; T1583 Acquire Infrastructure; T1586 Compromise Accounts; T1584 Compromise Infrastructure; T1587 Develop Capabilities; T1585 Establish Accounts; T1588 Obtain Capabilities; T1608 Stage Capabilities
01: T1189 Drive-by Compromise; T1190 Exploit Public-Facing Application; T1200 Hardware Additions; T1566 Phishing; T1195 Supply Chain Compromise; T1199 Trusted Relationship
01 11: T1659 Content Injection
03 01: T1133 External Remote Services
08 01: T1091 Replication Through Removable Media
05 03 04 01: T1078 Valid Accounts; T1078.001 Default Accounts; T1078.002 Domain Accounts; T1078.003 Local Accounts; T1078.004 Cloud Accounts
02: T1651 Cloud Administration Command; T1059 Command and Scripting Interpreter; T1609 Container Administration Command; T1203 Exploitation for Client Execution; T1559 Inter-Process Communication; T1106 Native API; T1648 Serverless Execution; T1129 Shared Modules; T1569 System Services; T1204 User Execution; T1047 Windows Management Instrumentation; T1059.001 PowerShell; T1059.003 Windows Command Shell; T1059.004 Unix Shell; T1059.006 Python; T1059.007 JavaScript; T1059.009 Cloud API; T1569.002 Service Execution
05 02: T1610 Deploy Container
02 03 04: T1053 Scheduled Task/Job; T1053.003 Cron; T1053.005 Scheduled Task
02 08: T1072 Software Deployment Tools
03 04: T1098 Account Manipulation; T1547 Boot or Logon Autostart Execution; T1037 Boot or Logon Initialization Scripts; T1543 Create or Modify System Process; T1098.001 Additional Cloud Credentials; T1098.002 Additional Email Delegate Permissions; T1098.003 Additional Cloud Roles; T1098.004 SSH Authorized Keys; T1098.005 Device Registration; T1547.001 Registry Run Keys / Startup Folder; T1543.003 Windows Service
05 03: T1197 BITS Jobs; T1542 Pre-OS Boot
03: T1176 Browser Extensions; T1554 Compromise Host Software Binary; T1136 Create Account; T1525 Implant Internal Image; T1137 Office Application Startup; T1653 Power Settings; T1505 Server Software Component; T1136.001 Local Account; T1136.002 Domain Account; T1136.003 Cloud Account; T1505.003 Web Shell
04 03: T1546 Event Triggered Execution
03 04 05: T1574 Hijack Execution Flow
06 05 03: T1556 Modify Authentication Process; T1556.006 Multi-Factor Authentication
05 03 11: T1205 Traffic Signaling
04 05: T1548 Abuse Elevation Control Mechanism; T1548.002 Bypass User Account Control; T1548.003 Sudo and Sudo Caching; T1548.005 Temporary Elevated Cloud Access
05 04: T1134 Access Token Manipulation; T1484 Domain or Tenant Policy Modification; T1055 Process Injection; T1484.001 Group Policy Modification; T1484.002 Trust Modification
04: T1611 Escape to Host; T1068 Exploitation for Privilege Escalation
05: T1612 Build Image on Host; T1140 Deobfuscate/Decode Files or Information; T1006 Direct Volume Access; T1480 Execution Guardrails; T1211 Exploitation for Defense Evasion; T1222 File and Directory Permissions Modification; T1564 Hide Artifacts; T1562 Impair Defenses; T1070 Indicator Removal; T1202 Indirect Command Execution; T1036 Masquerading; T1578 Modify Cloud Compute Infrastructure; T1112 Modify Registry; T1601 Modify System Image; T1599 Network Boundary Bridging; T1027 Obfuscated Files or Information; T1647 Plist File Modification; T1620 Reflective Code Loading; T1207 Rogue Domain Controller; T1014 Rootkit; T1553 Subvert Trust Controls; T1218 System Binary Proxy Execution; T1216 System Script Proxy Execution; T1221 Template Injection; T1127 Trusted Developer Utilities Proxy Execution; T1535 Unused/Unsupported Cloud Regions; T1600 Weaken Encryption; T1220 XSL Script Processing
05: T1562.001 Disable or Modify Tools; T1562.004 Disable or Modify System Firewall; T1562.007 Disable or Modify Cloud Firewall; T1562.008 Disable or Modify Cloud Logs; T1070.001 Clear Windows Event Logs; T1070.002 Clear Linux or Mac System Logs; T1070.004 File Deletion; T1578.001 Create Snapshot; T1578.002 Create Cloud Instance; T1578.003 Delete Cloud Instance; T1578.004 Revert Cloud Instance; T1578.005 Modify Cloud Compute Configurations
05 07: T1622 Debugger Evasion; T1497 Virtualization/Sandbox Evasion
05 08: T1550 Use Alternate Authentication Material; T1550.001 Application Access Token; T1550.004 Web Session Cookie
06 09: T1557 Adversary-in-the-Middle
09 06: T1056 Input Capture
06: T1110 Brute Force; T1555 Credentials from Password Stores; T1212 Exploitation for Credential Access; T1187 Forced Authentication; T1606 Forge Web Credentials; T1111 Multi-Factor Authentication Interception; T1621 Multi-Factor Authentication Request Generation; T1003 OS Credential Dumping; T1528 Steal Application Access Token; T1649 Steal or Forge Authentication Certificates; T1558 Steal or Forge Kerberos Tickets; T1539 Steal Web Session Cookie; T1552 Unsecured Credentials
06: T1110.001 Password Guessing; T1110.002 Password Cracking; T1110.003 Password Spraying; T1110.004 Credential Stuffing; T1552.001 Credentials In Files; T1552.004 Private Keys; T1552.005 Cloud Instance Metadata API; T1555.006 Cloud Secrets Management Stores; T1003.001 LSASS Memory
06 07: T1040 Network Sniffing
07: T1087 Account Discovery; T1010 Application Window Discovery; T1217 Browser Information Discovery; T1580 Cloud Infrastructure Discovery; T1538 Cloud Service Dashboard; T1526 Cloud Service Discovery; T1619 Cloud Storage Object Discovery; T1613 Container and Resource Discovery; T1482 Domain Trust Discovery; T1083 File and Directory Discovery; T1615 Group Policy Discovery; T1654 Log Enumeration; T1046 Network Service Discovery; T1135 Network Share Discovery; T1201 Password Policy Discovery; T1120 Peripheral Device Discovery; T1069 Permission Groups Discovery; T1057 Process Discovery; T1012 Query Registry; T1018 Remote System Discovery; T1518 Software Discovery; T1082 System Information Discovery; T1614 System Location Discovery; T1016 System Network Configuration Discovery; T1049 System Network Connections Discovery; T1033 System Owner/User Discovery; T1007 System Service Discovery; T1124 System Time Discovery
07: T1087.001 Local Account; T1087.002 Domain Account; T1087.004 Cloud Account; T1069.001 Local Groups; T1069.002 Domain Groups; T1069.003 Cloud Groups
08: T1210 Exploitation of Remote Services; T1534 Internal Spearphishing; T1570 Lateral Tool Transfer; T1563 Remote Service Session Hijacking; T1021 Remote Services; T1080 Taint Shared Content; T1021.001 Remote Desktop Protocol; T1021.002 SMB/Windows Admin Shares; T1021.004 SSH; T1021.006 Windows Remote Management; T1021.007 Cloud Services
09: T1560 Archive Collected Data; T1123 Audio Capture; T1119 Automated Collection; T1185 Browser Session Hijacking; T1115 Clipboard Data; T1530 Data from Cloud Storage; T1602 Data from Configuration Repository; T1213 Data from Information Repositories; T1005 Data from Local System; T1039 Data from Network Shared Drive; T1025 Data from Removable Media; T1074 Data Staged; T1114 Email Collection; T1113 Screen Capture; T1125 Video Capture; T1213.003 Code Repositories
11: T1071 Application Layer Protocol; T1092 Communication Through Removable Media; T1132 Data Encoding; T1001 Data Obfuscation; T1568 Dynamic Resolution; T1573 Encrypted Channel; T1008 Fallback Channels; T1105 Ingress Tool Transfer; T1104 Multi-Stage Channels; T1095 Non-Application Layer Protocol; T1571 Non-Standard Port; T1572 Protocol Tunneling; T1090 Proxy; T1219 Remote Access Software; T1102 Web Service; T1071.001 Web Protocols
10: T1020 Automated Exfiltration; T1030 Data Transfer Size Limits; T1048 Exfiltration Over Alternative Protocol; T1041 Exfiltration Over C2 Channel; T1011 Exfiltration Over Other Network Medium; T1052 Exfiltration Over Physical Medium; T1567 Exfiltration Over Web Service; T1029 Scheduled Transfer; T1537 Transfer Data to Cloud Account; T1567.002 Exfiltration to Cloud Storage
40: T1531 Account Access Removal; T1485 Data Destruction; T1486 Data Encrypted for Impact; T1565 Data Manipulation; T1491 Defacement; T1561 Disk Wipe; T1499 Endpoint Denial of Service; T1657 Financial Theft; T1495 Firmware Corruption; T1490 Inhibit System Recovery; T1498 Network Denial of Service; T1496 Resource Hijacking; T1489 Service Stop; T1529 System Shutdown/Reboot
`;

const techniques: ReadonlyMap<string, Technique> = new Map(
  table
    .trim()
    .split('\n')
    .flatMap((line) => {
      const [ids = '', entries = ''] = line.split(': ');
      const names = ids.split(' ').map((digits) => tactics.get(`TA00${digits}`) ?? digits);
      return entries.split('; ').map((entry): [string, Technique] => {
        const space = entry.indexOf(' ');
        return [entry.slice(0, space), { name: entry.slice(space + 1), tactics: names }];
      });
    }),
);
