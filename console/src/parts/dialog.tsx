import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';

/** A modal dialog: the browser's own, which keeps the focus inside, closes on Escape and gives the focus back. */
export function Dialog(props: {
  title: string;
  onClose: () => void;
  testSubject?: string;
  wide?: boolean;
  children: ComponentChildren;
  footer: ComponentChildren;
}) {
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = element.current;
    if (dialog && !dialog.open) dialog.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={element}
      class={props.wide ? 'dialog dialog-wide' : 'dialog'}
      aria-labelledby={id}
      data-test-subj={props.testSubject}
      onCancel={(event) => {
        event.preventDefault();
        props.onClose();
      }}
    >
      <header>
        <h2 id={id}>{props.title}</h2>
        <CloseButton onClose={props.onClose} />
      </header>
      <div class="dialog-body">{props.children}</div>
      <footer>{props.footer}</footer>
    </dialog>
  );
}

export function CloseButton(props: { onClose: () => void; testSubject?: string | undefined; label?: string }) {
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={props.label ?? 'Close'}
      data-test-subj={props.testSubject}
      onClick={props.onClose}
    >
      <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
        <path d="m3 3 10 10M13 3 3 13" class="stroke" />
      </svg>
    </button>
  );
}

/** Asks before something that cannot be undone. */
export function ConfirmDialog(props: {
  title: string;
  action: string;
  busy?: boolean;
  onConfirm: () => void;
  onClose: () => void;
  children: ComponentChildren;
}) {
  return (
    <Dialog
      title={props.title}
      onClose={props.onClose}
      footer={
        <>
          <button type="button" class="button" onClick={props.onClose}>
            Cancel
          </button>
          <button
            type="button"
            class="button button-danger"
            data-test-subj="confirmModalConfirmButton"
            disabled={props.busy}
            onClick={props.onConfirm}
          >
            {props.action}
          </button>
        </>
      }
    >
      {props.children}
    </Dialog>
  );
}
