import { jsonTokens } from './code-tokens.ts';

/**
 * A text area for code with line numbers and colours: the coloured text lies beneath the (transparent) text of a plain
 * textarea, so that undo, spell, find, screen readers and input methods are the browser's own, and the strict content
 * security policy needs no exception.
 */
export function CodeEditor(props: {
  id: string;
  value: string;
  language: 'json' | 'painless';
  onValue: (value: string) => void;
  attributes?: Record<string, string | undefined>;
  rows?: number;
}) {
  const lines = props.value.split('\n').length;
  return (
    <div class="code-editor" data-rows={props.rows ?? 12}>
      <div class="code-lines" aria-hidden="true">
        {Array.from({ length: lines }, (_, line) => line + 1).join('\n')}
      </div>
      <div class="code-stack">
        <pre class="code-paint" aria-hidden="true">
          <Painted code={props.value} language={props.language} />
          {'\n'}
        </pre>
        <textarea
          {...props.attributes}
          id={props.id}
          value={props.value}
          spellcheck={false}
          autocomplete="off"
          autocapitalize="off"
          onInput={(event) => props.onValue(event.currentTarget.value)}
          onKeyDown={(event) => keepIndent(event, props.onValue)}
        />
      </div>
    </div>
  );
}

/** JSON that cannot be changed, coloured as in the editor. */
export function CodeBlock({ code, label }: { code: string; label: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a frame that scrolls must be reachable by keyboard
    <section class="code-block" tabIndex={0} aria-label={label}>
      <pre>
        <Painted code={code} language="json" />
      </pre>
    </section>
  );
}

function Painted({ code, language }: { code: string; language: 'json' | 'painless' }) {
  if (language !== 'json') return <>{code}</>;
  return (
    <>
      {jsonTokens(code).map((token, number) =>
        token.kind === 'plain' ? (
          token.text
        ) : (
          <span key={number} class={`code-${token.kind}`}>
            {token.text}
          </span>
        ),
      )}
    </>
  );
}

/** Enter goes on at the line's indentation, two spaces deeper after a bracket. Tab stays the way out of the field. */
function keepIndent(event: KeyboardEvent & { currentTarget: HTMLTextAreaElement }, onValue: (value: string) => void) {
  if (event.key !== 'Enter' || event.isComposing || event.ctrlKey || event.metaKey) return;
  const area = event.currentTarget;
  const before = area.value.slice(0, area.selectionStart);
  const line = before.slice(before.lastIndexOf('\n') + 1);
  const indent = (/^ */.exec(line)?.[0] ?? '') + (/[[{]\s*$/.test(line) ? '  ' : '');
  event.preventDefault();
  // The one way to type for somebody that the browser's Undo knows; where it is gone, the text is set without Undo.
  if (!document.execCommand('insertText', false, `\n${indent}`)) {
    area.setRangeText(`\n${indent}`, area.selectionStart, area.selectionEnd, 'end');
    onValue(area.value);
  }
}
