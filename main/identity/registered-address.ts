/**
 * Where the browser comes back to a client that was registered by hand. It stands at providers, so it never changes. Some of
 * them compare the port, though RFC 8252 §7.3 says not to.
 */
export const REGISTERED_PORT = 28_247;
export const REGISTERED_PATH = '/callback';
export const REGISTERED_ADDRESS = `http://127.0.0.1:${REGISTERED_PORT}${REGISTERED_PATH}`;
