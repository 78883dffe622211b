import { useRef, useState, type ReactElement } from 'react';
import { Icon } from './icon.tsx';
import { VisibleText } from './visible-text.tsx';

/** A command for a terminal, exactly as it is typed, with a button that copies it. */
export function Command({ text }: { text: string }): ReactElement {
  const [copied, setCopied] = useState(false);
  const code = useRef<HTMLElement>(null);

  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
    } catch {
      // The app's window may not write to the clipboard: selected, the person copies it.
      const selection = window.getSelection();
      if (code.current !== null) selection?.selectAllChildren(code.current);
    }
  };

  return (
    <span className="inline-flex max-w-full items-center gap-1 rounded-md border border-line bg-sunk py-0.5 pr-0.5 pl-2">
      <code ref={code} className="font-mono text-xs">
        <VisibleText text={text} />
      </code>
      <button
        type="button"
        aria-label={copied ? `Copied: ${text}` : `Copy: ${text}`}
        className="rounded p-1 text-soft hover:bg-card hover:text-ink"
        onClick={() => void copy()}
        onBlur={() => setCopied(false)}
      >
        <Icon name={copied ? 'check' : 'copy'} className="size-3.5" />
      </button>
    </span>
  );
}
