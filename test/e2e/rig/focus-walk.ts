/** Walks a page with the Tab key: everything that takes a click takes the focus, and where the focus is can be seen. */
import type { Page } from 'playwright-core';

const MAX_STEPS = 200;

/** What a mouse can use, seen and not disabled. Of radio buttons and tabs the keyboard reaches the group. */
const REMEMBER = `(() => {
  const root = document.querySelector('dialog[open]') ?? document.body;
  // From the beginning, wherever the focus was.
  root.setAttribute('tabindex', '-1');
  root.focus();
  root.removeAttribute('tabindex');
  const all = [...root.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex], [role=button]')];
  window.walk = all.filter((element) =>
    element.tabIndex >= 0 && !element.disabled && element.type !== 'radio' &&
    element.checkVisibility({ opacityProperty: false, visibilityProperty: true }) &&
    element.getBoundingClientRect().width > 0);
  return all.filter((element) => element.tabIndex > 0).length;
})()`;

/** Where the focus is now: its place in the list, and how it shows. */
const LOOK = `(() => {
  const element = document.activeElement;
  if (element === null || element === document.body) return null;
  const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
  const { width, height, bottom, top } = element.getBoundingClientRect();
  return {
    at: window.walk.indexOf(element),
    what: element.outerHTML.slice(0, 160),
    isSeen: (outlineStyle !== 'none' && outlineWidth !== '0px') || boxShadow !== 'none',
    isInView: width > 0 && height > 0 && bottom > 0 && top < innerHeight,
  };
})()`;

interface Focus {
  readonly at: number;
  readonly what: string;
  readonly isSeen: boolean;
  readonly isInView: boolean;
}

/** Empty where the page can be used with the keyboard. */
export async function focusProblems(page: Page): Promise<string[]> {
  const problems: string[] = [];
  if ((await page.evaluate<number>(REMEMBER)) > 0) problems.push('an element puts itself before others (tabindex > 0)');
  const reached: number[] = [];
  const seen = new Set<string>();
  for (let step = 0; step < MAX_STEPS; step += 1) {
    await page.keyboard.press('Tab');
    const focus = await page.evaluate<Focus | null>(LOOK);
    if (focus === null || reached.includes(focus.at)) break;
    if (focus.at >= 0) reached.push(focus.at);
    if (!focus.isSeen && !seen.has(focus.what)) problems.push(`the focus is not seen on ${focus.what}`);
    if (!focus.isInView) problems.push(`the focus is out of view on ${focus.what}`);
    seen.add(focus.what);
  }
  const missed = await page.evaluate<string[]>(
    `window.walk.flatMap((element, at) => ${JSON.stringify(reached)}.includes(at) || !element.isConnected ? [] : [element.outerHTML.slice(0, 160)])`,
  );
  return [...problems, ...missed.map((what) => `the keyboard does not reach ${what}`)];
}
