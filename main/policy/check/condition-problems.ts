/**
 * What is wrong with a condition, place by place, as it is typed: shape, words that are no test, expressions and hosts that
 * could never be evaluated, depth and number. Takes anything; says nothing only where the condition can be kept and used.
 */
import { ValueTest, type RuleProblem } from '../../../preload/contract/index.ts';
import { isJsonObject } from '../../../preload/contract/json.ts';
import { expressionProblem } from '../expressions.ts';
import { isHostGlob } from '../host-test.ts';
import { MAX_PROBLEMS, oneOf, pathText, valueProblems } from './value-problems.ts';

/** As the engine counts them; see ../condition.ts. */
const MAX_DEPTH = 32;
const MAX_TESTS = 1000;
const MAX_PARTS = 100;

const JOINS = ['and', 'or', 'not'] as const;
const SHAPES = new Map(
  ValueTest.options.flatMap((shape) =>
    Object.keys(shape.shape)
      .filter((word) => word !== 'at')
      .map((word) => [word, shape] as const),
  ),
);
const TESTS = [...SHAPES.keys()];
const EXAMPLE = 'such as {"at": "/path", "path_under": ["~/projects"]}';

interface Node {
  readonly value: unknown;
  readonly path: readonly PropertyKey[];
  readonly depth: number;
}

function ofTest(value: Readonly<Record<string, unknown>>, path: readonly PropertyKey[]): RuleProblem[] {
  const at = pathText(path);
  const words = Object.keys(value).filter((word) => word !== 'at');
  const unknown = words.find((word) => !SHAPES.has(word));
  if (unknown !== undefined && JOINS.some((join) => join === unknown))
    return [{ path: at, text: `"${unknown}" stands alone: give its conditions, and nothing beside it.` }];
  if (unknown !== undefined)
    return [{ path: at, text: `${JSON.stringify(unknown.slice(0, 64))} is no test. Give one of ${oneOf(TESTS)}.` }];
  const [word, another] = words;
  if (word === undefined) return [{ path: at, text: `A test is missing, ${EXAMPLE}.` }];
  if (another !== undefined)
    return [
      {
        path: at,
        text: `"${word}" and ${JSON.stringify(another)} stand together. Give one test here, and join several with "and".`,
      },
    ];
  const shape = SHAPES.get(word);
  const read = shape?.safeParse(value);
  if (read === undefined) return [];
  if (!read.success) return valueProblems(read.error, path);
  const test = read.data;
  if ('regex' in test) {
    const problem = expressionProblem(test.regex);
    return problem === undefined
      ? []
      : [{ path: pathText([...path, 'regex']), text: `It is no expression in RE2 syntax, or too large: ${problem}.` }];
  }
  if ('url_host' in test) {
    const wrong = test.url_host.findIndex((host) => !isHostGlob(host));
    return wrong < 0
      ? []
      : [
          {
            path: pathText([...path, 'url_host', wrong]),
            text: 'Give the host alone, without scheme, user, port and path.',
          },
        ];
  }
  return [];
}

function joinOf(value: Readonly<Record<string, unknown>>): (typeof JOINS)[number] | undefined {
  const keys = Object.keys(value);
  return keys.length === 1 ? JOINS.find((join) => join === keys[0]) : undefined;
}

/** `path`: where the condition stands. Sizes are for the caller to bound: expressions are compiled here, one at a time. */
export function conditionProblems(condition: unknown, path: readonly PropertyKey[]): RuleProblem[] {
  const found: RuleProblem[] = [];
  const pending: Node[] = [{ value: condition, path, depth: 0 }];
  let count = 0;
  for (const { value, path: here, depth } of pending) {
    if (found.length >= MAX_PROBLEMS) break;
    if (depth > MAX_DEPTH) return [{ path: pathText(path), text: `Conditions are nested at most ${MAX_DEPTH} deep.` }];
    if (++count > MAX_TESTS) return [{ path: pathText(path), text: `There can be ${MAX_TESTS} conditions at most.` }];
    if (!isJsonObject(value)) {
      found.push({ path: pathText(here), text: `A condition is an object, ${EXAMPLE}.` });
      continue;
    }
    const join = joinOf(value);
    if (join === undefined) {
      found.push(...ofTest(value, here));
      continue;
    }
    const inner = value[join];
    if (join === 'not') pending.push({ value: inner, path: [...here, 'not'], depth: depth + 1 });
    else if (!Array.isArray(inner) || inner.length === 0 || inner.length > MAX_PARTS)
      found.push({ path: pathText([...here, join]), text: `It must be a list of 1 to ${MAX_PARTS} conditions.` });
    else
      inner.forEach((part: unknown, at) => pending.push({ value: part, path: [...here, join, at], depth: depth + 1 }));
  }
  return found;
}
