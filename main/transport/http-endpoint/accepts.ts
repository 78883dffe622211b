/** Which of the two forms of an answer a client takes. */
export interface Accepts {
  readonly json: boolean;
  readonly sse: boolean;
  /** Takes both and names the stream first: in the legacy era, where a lost stream is resumed, it gets one. */
  readonly ratherSse: boolean;
}

const BOTH: Accepts = { json: true, sse: true, ratherSse: false };

/**
 * Reads an `Accept` value. A missing one takes everything, as in HTTP: hand-written clients leave it out, and the
 * protocol's own demand for both forms protects nobody.
 */
export function readAccept(value: string | undefined): Accepts {
  if (value === undefined || value === 'application/json, text/event-stream') return BOTH;
  let json = false;
  let sse = false;
  let ratherSse = false;
  for (const part of value.toLowerCase().split(',')) {
    const [range = '', ...parameters] = part.split(';').map((piece) => piece.trim());
    if (parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))) continue;
    if (range === '*/*' || range === 'application/*' || range === 'application/json') json = true;
    if (range === 'text/event-stream' && !json) ratherSse = true;
    if (range === '*/*' || range === 'text/*' || range === 'text/event-stream') sse = true;
  }
  return { json, sse, ratherSse: ratherSse && json };
}
