/** The commands that the thin client carries out itself. */
import type { WritableClientId } from '../../../preload/contract/index.ts';

export interface LocalActions {
  serve(options: { readonly onDemand?: true }): Promise<void>;
  stop(options: { readonly json?: true }): Promise<void>;
  doctor(options: { readonly json?: true }): Promise<void>;
  auditVerify(options: { readonly json?: true }): Promise<void>;
  setupUninstall(options: {
    readonly client: WritableClientId;
    readonly connector?: string;
    readonly dryRun?: true;
    readonly json?: true;
  }): Promise<void>;
  setupUndo(options: { readonly client: WritableClientId; readonly json?: true }): Promise<void>;
}

function notHere(): never {
  throw new Error('this command runs in the thin client');
}

/** For the program in the companion: these commands never reach it. */
export const NO_LOCAL_ACTIONS: LocalActions = {
  serve: notHere,
  stop: notHere,
  doctor: notHere,
  auditVerify: notHere,
  setupUninstall: notHere,
  setupUndo: notHere,
};
