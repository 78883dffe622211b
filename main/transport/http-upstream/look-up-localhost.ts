import type { LookupFunction } from 'node:net';

const LOOPBACK = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

/** Both loopback addresses, whatever a resolver makes of the name: a server there may get what no other may. */
export const lookUpLocalhost: LookupFunction = (_host, options, callback) => {
  if (options.all === true) callback(null, LOOPBACK);
  else callback(null, '127.0.0.1', 4);
};
