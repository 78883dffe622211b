// A whole turn of a real agent: the stubbed model calls a tool that is allowed, then one that it was never offered.
import { startModel } from './model-stub.mjs';

export const ALLOWED = 'echo';
export const HIDDEN = 'get-sum';
const MESSAGE = 'a word from the model';

/** Without the client's own tools, which are many. */
const ofServer = ({ offered, results }) => ({ offered: offered.filter((name) => name.startsWith('mcp__')), results });

/** What the turn showed; both tools are called whatever is offered. */
export async function playTurn(home, server) {
  const name = (tool) => `mcp__${server}__${tool}`;
  const model = await startModel([
    { tool: name(ALLOWED), input: { message: MESSAGE } },
    { tool: name(HIDDEN), input: { a: 2, b: 40 } },
    { text: 'The plan is done.' },
  ]);
  try {
    const ended = await home.turn(model.url, server);
    const [first, second, third] = model.turns;
    const [allowed] = second?.results ?? [];
    const [hidden] = third?.results ?? [];
    return {
      finished: ended.code === 0 && ended.out.includes('The plan is done.'),
      offersAllowed: first?.offered.includes(name(ALLOWED)) === true,
      offersHidden: model.turns.some(({ offered }) => offered.includes(name(HIDDEN))),
      echoed: allowed?.isError === false && allowed.text.includes(MESSAGE),
      hiddenCalled: hidden?.isError === false,
      hiddenRefused: hidden?.isError === true,
      detail: [ended.text, ...model.turns.map((turn) => JSON.stringify(ofServer(turn)))].join('\n'),
    };
  } finally {
    await model.close();
  }
}
