import type { Electron } from './companion-host.ts';

const REFUSE = 0;
const ALLOW = 1;

/**
 * A question that only the person can answer: a native box, with Refuse focused and meant by Escape and by closing it.
 * The text is plain; nothing in it can look like a button.
 */
export async function askInWindow(
  electron: Electron,
  question: { readonly title: string; readonly detail: string },
): Promise<boolean> {
  const { response } = await electron.dialog.showMessageBox({
    type: 'warning',
    title: 'Runlayer Companion',
    message: question.title,
    detail: question.detail,
    buttons: ['Refuse', 'Allow'],
    defaultId: REFUSE,
    cancelId: REFUSE,
    noLink: true,
  });
  return response === ALLOW;
}
