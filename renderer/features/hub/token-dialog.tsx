import type { ReactElement } from 'react';
import { Button } from '../../ui/button.tsx';
import { Command } from '../../ui/command.tsx';
import { Dialog } from '../../ui/dialog.tsx';

/** The command that makes a token, and why it is not made here. */
export function TokenDialog({
  title,
  command,
  after,
  onClose,
}: {
  title: string;
  command: string;
  after?: string;
  onClose: () => void;
}): ReactElement {
  return (
    <Dialog title={title} onClose={onClose} footer={<Button onClick={onClose}>Close</Button>}>
      <p>Run this in a terminal. It shows the token once:</p>
      <Command text={command} />
      <p className="text-soft">
        A token opens your servers to whoever holds it, so no page ever holds one: what runs in a browser could read it.{' '}
        {after}
      </p>
    </Dialog>
  );
}
