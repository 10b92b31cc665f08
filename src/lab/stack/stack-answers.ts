import type { XmlValue } from '../xml.ts';
import type { ChangeSet, Stack } from './stack.ts';

type Members = { [name: string]: XmlValue };

function time(at: number | undefined): string | undefined {
  return at === undefined ? undefined : new Date(at).toISOString();
}

export function describeStack(stack: Stack): Members {
  return {
    StackId: stack.id,
    StackName: stack.name,
    Description: stack.template.description,
    Parameters: {
      member: [...stack.parameters].map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue })),
    },
    CreationTime: time(stack.createdAt),
    LastUpdatedTime: time(stack.updatedAt),
    StackStatus: stack.status,
    StackStatusReason: stack.reason,
    DisableRollback: false,
    EnableTerminationProtection: false,
    Capabilities: { member: stack.capabilities },
    Outputs: {
      member: stack.outputs.map(({ key, value, description, exportName }) => ({
        OutputKey: key,
        OutputValue: value,
        Description: description,
        ExportName: exportName,
      })),
    },
    Tags: '',
    DriftInformation: { StackDriftStatus: 'NOT_CHECKED' },
  };
}

export function summarize(stack: Stack): Members {
  return {
    StackId: stack.id,
    StackName: stack.name,
    TemplateDescription: stack.template.description,
    CreationTime: time(stack.createdAt),
    LastUpdatedTime: time(stack.updatedAt),
    StackStatus: stack.status,
  };
}

export function describeEvents(stack: Stack): readonly Members[] {
  return stack.events.map((event) => ({
    StackId: stack.id,
    EventId: event.id,
    StackName: stack.name,
    LogicalResourceId: event.logicalId,
    PhysicalResourceId: event.physicalId,
    ResourceType: event.type,
    Timestamp: time(event.at),
    ResourceStatus: event.status,
    ResourceStatusReason: event.reason,
  }));
}

export function describeResources(stack: Stack, timeName: string): readonly Members[] {
  return [...stack.resources.values()].map((resource) => ({
    StackId: stack.id,
    StackName: stack.name,
    LogicalResourceId: resource.logicalId,
    PhysicalResourceId: resource.physicalId,
    ResourceType: resource.type,
    [timeName]: time(resource.at),
    ResourceStatus: 'CREATE_COMPLETE',
  }));
}

export function describeChangeSet(stack: Stack, set: ChangeSet): Members {
  return {
    ChangeSetName: set.name,
    ChangeSetId: set.id,
    StackId: stack.id,
    StackName: stack.name,
    Parameters: {
      member: [...set.parameters].map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue })),
    },
    CreationTime: time(set.createdAt),
    ExecutionStatus: set.execution,
    Status: set.status,
    StatusReason: set.reason,
    Capabilities: { member: set.capabilities },
    Changes: {
      member: set.changes.map(({ action, logicalId, type }) => ({
        Type: 'Resource',
        ResourceChange: { Action: action, LogicalResourceId: logicalId, ResourceType: type },
      })),
    },
  };
}
