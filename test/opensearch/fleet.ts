import assert from 'node:assert/strict';
import { type Program, until } from '../program.ts';
import type { Engine } from './engines.ts';

/** Several processes on one cluster, looked at from outside. */

interface Alert {
  readonly monitor_name: string;
  readonly trailhound: { readonly total: number };
}

const monitors = ['S3 GetObject from Anonymous Principal', 'S3 object read without credentials'];

/** Waits until all anonymous reads are in alerts, and a moment longer: each is counted once, in one alert a monitor. */
export async function countedOnce(program: Program, anonymous: number): Promise<void> {
  const alerts = async (): Promise<readonly Alert[]> => {
    const { body } = await program.call('GET', '/_plugins/_alerting/monitors/alerts?size=1000');
    return body.alerts as readonly Alert[];
  };
  const totalOf = (list: readonly Alert[], monitor: string): number =>
    sum(list.filter((one) => one.monitor_name === monitor).map(({ trailhound }) => trailhound.total));
  await until(
    'every anonymous read in an alert',
    async () => {
      const list = await alerts();
      return monitors.every((monitor) => totalOf(list, monitor) >= anonymous) ? true : undefined;
    },
    120_000,
  );
  await pause(4000);
  const list = await alerts();
  for (const monitor of monitors) {
    assert.equal(totalOf(list, monitor), anonymous, `${monitor}: each read is counted once`);
    assert.equal(list.filter((one) => one.monitor_name === monitor).length, 1, `${monitor}: one alert`);
  }
}

/** How many documents there are, when there are so many. */
export async function all(real: Engine, number: number): Promise<number | undefined> {
  await real.call('POST', '/wazuh-*/_refresh');
  const { body } = await real.call('GET', '/wazuh-alerts-4.x-*/_count');
  return body.count >= number ? body.count : undefined;
}

/** Processes that told they read. */
export async function live(real: Engine): Promise<number> {
  await real.call('POST', '/.trailhound-members/_refresh');
  return (await real.call('GET', '/.trailhound-members/_count')).body.count;
}

export async function filesRead(program: Program): Promise<number> {
  const { body } = await program.call('GET', '/_trailhound/status');
  return sum(body.sources.map(({ files }: { readonly files: number }) => files));
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}

/** Whether it said last that it runs the monitors. */
export function runsMonitors(program: Program): boolean {
  const output = program.output();
  return output.lastIndexOf('runs the monitors now') > output.lastIndexOf('no longer runs the monitors');
}

export function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
