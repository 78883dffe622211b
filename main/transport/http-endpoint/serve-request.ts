/**
 * One HTTP request from its head to its session, in a fixed order: head, token, address, method, media type, body, message.
 * Nothing of a body is read before the token was looked at; whatever fails ends with a refusal and a closed connection.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createAttemptLimit } from '../../loopback/attempt-limit.ts';
import { parseMessage, type Parsed } from '../../relay/parse-message.ts';
import { readAccept, type Accepts } from './accepts.ts';
import type { PrincipalState } from './principals.ts';
import { readBody, type BodyBudget } from './read-body.ts';
import { endedRefusal, methodRefusal, refusals, refuse, tooLarge, type HttpRefusal } from './refusals.ts';
import { Reply } from './reply.ts';
import { checkHead, type Headers, type Route } from './request-head.ts';
import { countInvalid, serveMessages, servePost, serveSession, serveSse, type Serving } from './serve-message.ts';

const JSON_TYPE = /^application\/json(?:; ?charset=utf-8)?$/i;

type Post = Extract<Route, { kind: 'mcp' | 'messages' }>;

/** What is wrong with the frame of a body, if there may be one. */
function bodyProblem(headers: Headers, mayHaveBody: boolean): HttpRefusal | undefined {
  const { contentLength, transferEncoding } = headers;
  if (!mayHaveBody)
    return transferEncoding !== undefined || (contentLength !== undefined && contentLength !== '0')
      ? refusals.bodyNotAllowed
      : undefined;
  if (transferEncoding !== undefined && transferEncoding.toLowerCase() !== 'chunked') return refusals.malformed;
  if (headers.contentEncoding !== undefined || !JSON_TYPE.test(headers.contentType ?? '')) return refusals.mediaType;
  return undefined;
}

function invalidMessage(code: number, reason: string): HttpRefusal {
  return { status: 400, code, message: `Not forwarded: ${reason}. Send one JSON-RPC message.` };
}

export type ServeRequest = (request: IncomingMessage, response: ServerResponse, hosts: ReadonlySet<string>) => void;

export function createServeRequest(serving: Serving): ServeRequest {
  const { parts, principals } = serving;
  const { limits, endpointLimits } = parts;
  const failures = createAttemptLimit({ perMinute: endpointLimits.failedPerMinute, now: parts.now });
  const budget: BodyBudget = { free: endpointLimits.maxBodyBytesInAll };
  const bodyLimits = { maxBytes: limits.maxMessageBytes, maxDiscardBytes: limits.maxDiscardBytes };

  /** Good tokens are never counted and never wait: only what fails is bounded. */
  const authenticate = (bearer: string | undefined): PrincipalState | HttpRefusal => {
    const principal = bearer === undefined ? undefined : parts.authenticate(bearer);
    if (principal !== undefined) return principals.seen(principal, parts.now());
    if (failures.exhausted()) return refusals.tooManyFailures;
    failures.failed();
    if (failures.exhausted()) parts.log('Many requests to the endpoint for MCP clients come without a valid token.');
    return refusals.unauthenticated;
  };

  const handle = (
    state: PrincipalState,
    route: Post,
    parsed: Parsed,
    line: Buffer,
    headers: Headers,
    reply: Reply,
  ): void => {
    // Ended while the body came in, or while it was parsed.
    if (state.ended !== undefined)
      reply.refuse(endedRefusal(state.ended), 'id' in parsed && parsed.kind !== 'response' ? parsed.id : undefined);
    else if (parsed.kind === 'invalid') {
      countInvalid(state, route.kind === 'messages' ? route.sessionId : headers.sessionId, parsed, line);
      reply.refuse(invalidMessage(parsed.code, parsed.reason), parsed.id);
    } else {
      if (route.kind === 'messages') serveMessages(state, route.sessionId, parsed, line, reply);
      else servePost(serving, state, parsed, line, headers, reply);
    }
  };

  const parse = (line: Buffer, then: (parsed: Parsed) => void, failed: () => void): void => {
    if (parts.parseLarge === undefined || line.length <= limits.inlineParseBytes) {
      then(parseMessage(line, 'client', limits));
      return;
    }
    parts.parseLarge(line, 'client').then(then).catch(failed);
  };

  const post = (
    state: PrincipalState,
    route: Post,
    headers: Headers,
    accepts: Accepts,
    request: IncomingMessage,
    response: ServerResponse,
  ): void => {
    readBody(request, bodyLimits, [state.bodies, budget], (body) => {
      const reply = new Reply(response, accepts, parts.now());
      switch (body.kind) {
        case 'broken_off':
          reply.refuse(refusals.timeout);
          return;
        case 'too_large':
          reply.refuse(tooLarge(limits.maxMessageBytes));
          return;
        case 'too_much_at_once':
          reply.refuse(refusals.tooManyBodies);
          return;
        case 'trailers':
          reply.refuse(refusals.trailers);
          return;
        case 'message':
          parse(
            body.line,
            (parsed) => {
              // A client that left meanwhile opens nothing and leaves nothing behind.
              if (!response.destroyed) handle(state, route, parsed, body.line, headers, reply);
            },
            () => reply.cut(),
          );
      }
    });
  };

  const serve = (
    state: PrincipalState,
    route: Route,
    headers: Headers,
    request: IncomingMessage,
    response: ServerResponse,
  ): void => {
    if (route.kind === 'unknown') return refuse(response, refusals.notFound);
    const { method } = request;
    const isPost = method === 'POST';
    const allowed = route.kind === 'mcp' ? ['GET', 'POST', 'DELETE'] : route.kind === 'sse' ? ['GET'] : ['POST'];
    if (method === undefined || !allowed.includes(method)) return refuse(response, methodRefusal(allowed.join(', ')));
    const problem = bodyProblem(headers, isPost);
    if (problem !== undefined) return refuse(response, problem);
    const accepts = readAccept(headers.accept);
    if (isPost && route.kind === 'mcp' && !accepts.json && !accepts.sse)
      return refuse(response, refusals.notAcceptable);
    switch (route.kind) {
      case 'messages':
        return post(state, route, headers, accepts, request, response);
      case 'sse':
        return accepts.sse ? serveSse(serving, state, response) : refuse(response, refusals.streamNotAccepted);
      case 'mcp':
        return isPost
          ? post(state, route, headers, accepts, request, response)
          : serveSession(serving, state, method === 'GET' ? 'GET' : 'DELETE', headers, accepts.sse, response);
    }
  };

  const begin: ServeRequest = (request, response, hosts) => {
    const { httpVersion, rawHeaders } = request;
    const head = checkHead({ httpVersion, rawHeaders, target: request.url ?? '' }, hosts, parts.origins());
    if (head.kind === 'refused') return refuse(response, head.refusal);
    if (principals.isStopped) return refuse(response, refusals.stopped);
    const state = authenticate(head.bearer);
    return 'status' in state ? refuse(response, state) : serve(state, head.route, head.headers, request, response);
  };
  /** Whatever goes wrong with one request ends its connection, never the companion that serves the others. */
  return (request, response, hosts) => {
    try {
      begin(request, response, hosts);
    } catch (error) {
      parts.log(`A request of an MCP client failed: ${error instanceof Error ? error.message : 'unknown'}`);
      response.destroy();
    }
  };
}
