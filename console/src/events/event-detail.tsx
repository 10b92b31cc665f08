import { useState } from 'preact/hooks';
import { toast } from '../parts/announcements.tsx';
import { CodeBlock } from '../parts/code-editor.tsx';
import { count } from '../parts/moment.ts';
import { oneLine, plainText } from '../parts/plain-text.ts';
import { hrefs } from '../places.ts';
import type { EventSource } from '../wire/events.ts';
import { eventFields, filterFor } from './event-fields.ts';

/** The whole document, as fields one can search for, or as JSON. Always text: nothing of it is ever run or followed. */
export function EventDetail(props: {
  index: string;
  id: string;
  document: EventSource;
  onFilter?: (filter: string) => void;
}) {
  const [asJson, setAsJson] = useState(false);
  const json = JSON.stringify(props.document, null, 2);
  return (
    <div class="event-detail">
      <div class="detail-head">
        <fieldset class="switch" aria-label="Show the document as">
          <button type="button" aria-pressed={!asJson} onClick={() => setAsJson(false)}>
            Fields
          </button>
          <button type="button" aria-pressed={asJson} onClick={() => setAsJson(true)}>
            JSON
          </button>
        </fieldset>
        <p class="help">
          <code>
            {plainText(props.index)} / {plainText(props.id)}
          </code>
        </p>
        <button type="button" class="button button-small" onClick={() => void copy(json)}>
          Copy JSON
        </button>
        {props.onFilter && <a href={hrefs.event(props.index, props.id)}>Link to this event</a>}
      </div>
      {asJson ? (
        <CodeBlock label="Document as JSON" code={plainText(json)} />
      ) : (
        <Fields document={props.document} onFilter={props.onFilter} />
      )}
    </div>
  );
}

function Fields({ document, onFilter }: { document: EventSource; onFilter: ((filter: string) => void) | undefined }) {
  return (
    <dl class="fields">
      {eventFields(document).map((field) => {
        const filter = onFilter && filterFor(field);
        const path = plainText(field.path);
        return (
          <div key={field.path}>
            <dt>
              <code>{path}</code>
            </dt>
            <dd>
              <span class="code">{shortened(oneLine(field.value) ?? '""')}</span>
              {filter && (
                <button
                  type="button"
                  class="icon-button filter-button"
                  aria-label={`Only events with this ${path}`}
                  title="Only events with this value"
                  onClick={() => onFilter(filter)}
                >
                  <svg viewBox="0 0 16 16" width="12" height="12" aria-hidden="true">
                    <path d="M7 2h2v5h5v2H9v5H7V9H2V7h5z" />
                  </svg>
                </button>
              )}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

/** A value of a whole record (`full_log`) would push all others away. */
const shownMax = 1000;

function shortened(text: string): string {
  if (text.length <= shownMax) return text;
  return `${text.slice(0, shownMax)}… (${count(text.length, 'character')}, all of them under JSON)`;
}

async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toast('Copied the document.');
  } catch {
    toast('The browser does not allow copying here.', 'failed');
  }
}
