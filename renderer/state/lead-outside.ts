import type { CallOperation } from '../../preload/contract/operations.ts';

/**
 * In a browser this page may lead nowhere but to the document that shows an address outside before a person goes there
 * (`review.leave`). Links are written as everywhere, `<a target="_blank">`; a click on one goes that way.
 */
export function leadOutside(call: CallOperation): void {
  const lead = (event: MouseEvent): void => {
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (link === null || link.target !== '_blank' || link.origin === window.location.origin || event.button > 1) return;
    event.preventDefault();
    void call('review.leave', { address: link.href }).then(
      ({ url }) => url !== null && window.open(url, '_blank', 'noopener'),
      () => undefined,
    );
  };
  document.addEventListener('click', lead);
  document.addEventListener('auxclick', lead);
}
