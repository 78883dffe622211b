/** `connectors login` and `logout`: a person signs in to a server in a browser; tokens never pass through here. */
import type { Command } from 'commander';
import type { CommandIo } from '../command-io.ts';
import { jsonOption } from './option-values.ts';
import { hang, json, shown } from './render.ts';

export function addConnectorLoginCommands(connectors: Command, io: CommandIo): void {
  connectors
    .command('login <name>')
    .description('sign in to a server that asks for it; prints a link for your browser, and waits')
    .addOption(jsonOption())
    .action(async (name: string, options: { json?: true }) => {
      const { id, authorizationUrl } = await io.call('connectors.signIn', { name });
      // With --json stdout is for the one document at the end.
      const say = options.json === true ? io.err : io.out;
      say(`Open this link in your browser, on this machine, within 5 minutes:\n\n${shown(authorizationUrl)}\n\n`);
      const result = await io.call('connectors.signInResult', { id });
      if (options.json === true) {
        io.out(json({ ...result, signedIn: true }));
        return;
      }
      io.out(`You are signed in to "${result.connector}".\n`);
      if (result.scope !== null) io.out(hang('It may: ', result.scope));
      if (result.endsAt !== null) io.out(hang('', `It ends at ${result.endsAt} and cannot be renewed.`));
    });

  connectors
    .command('logout <name>')
    .description('forget the sign-in to a server, here and where the server allows it there too')
    .addOption(jsonOption())
    .action(async (name: string, options: { json?: true }) => {
      const { wasSignedIn, revoked } = await io.call('connectors.signOut', { name });
      if (options.json === true) io.out(json({ connector: name, wasSignedIn, revoked }));
      else if (!wasSignedIn) io.out(`Nobody was signed in to "${name}".\n`);
      else if (revoked) io.out(`You are signed out of "${name}".\n`);
      else
        io.out(
          hang('', `You are signed out of "${name}" here. The server did not say that it forgot the sign-in too.`),
        );
    });
}
