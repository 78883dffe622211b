/** Who listens at a TCP port of this machine, as far as this user may see. */

/** The program behind a listening socket. Texts are the system's, and may hold whatever a person named a file. */
export type ListeningProgram =
  | {
      readonly kind: 'known';
      readonly pid: number;
      /** Equal only for the same process (start-time.ts); absent where the system does not say. */
      readonly start: string | undefined;
      /** Absolute real path of the program's file. */
      readonly executable: string;
      /** Windows only: what the system says of the file's signature. */
      readonly signature?: { readonly isValid: boolean; readonly subject: string };
    }
  /** `reason` is one clause without a subject: "belongs to another user". */
  | { readonly kind: 'unknown'; readonly reason: string };

/** One process at one socket: a socket that several processes hold is told once for each. */
export interface Listener {
  /** `127.0.0.1`, `0.0.0.0`, `::1`, `::`; an IPv4 address that is mapped into IPv6 is given as IPv4. */
  readonly address: string;
  /** Who owns the socket; absent on Windows, and where the system does not say. */
  readonly uid: number | undefined;
  readonly program: ListeningProgram;
}

/** Whether who listens there can be met at a loopback address. */
export function isLocalAddress(address: string): boolean {
  return address === '::' || address === '::1' || address === '0.0.0.0' || address.startsWith('127.');
}

/** Whether a connection to 127.0.0.1 may end there. `::` takes IPv4 too, unless it was told not to. */
export function takesConnectionsTo127(address: string): boolean {
  return address === '127.0.0.1' || address === '0.0.0.0' || address === '::';
}
