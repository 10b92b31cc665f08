import type { ComponentChildren } from 'preact';
import { count } from './moment.ts';

/** A real table that scrolls sideways in its own frame when the window is narrow; its caption is for screen readers. */
export function TableFrame(props: {
  label: string;
  rows: number;
  testSubject?: string;
  head: ComponentChildren;
  children: ComponentChildren;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a frame that scrolls must be reachable by keyboard
    <section class="table-frame" aria-label={`${props.label}, table`} tabIndex={0}>
      <table data-test-subj={props.testSubject}>
        <caption class="unseen">
          {props.label}. This table contains {count(props.rows, 'row')}
        </caption>
        <thead>{props.head}</thead>
        <tbody>{props.children}</tbody>
      </table>
    </section>
  );
}
