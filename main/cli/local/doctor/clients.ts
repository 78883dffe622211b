/** What client files name, and whether it is there. */
import { existsSync } from 'node:fs';
import { listClients } from '../../../clients/list-clients.ts';
import { localClientEnvironment } from '../../../host/client-environment.ts';
import { programPaths } from '../../../host/program-paths.ts';
import { note, ok, problem, type Finding } from './finding.ts';
import { checkLauncher } from './launcher.ts';

export async function checkClients(home: string): Promise<Finding[]> {
  const program = programPaths();
  const environment = await localClientEnvironment({ companionHome: home, program, installLauncher: false });
  const views = await listClients(environment);
  const launcherThere = existsSync(environment.launcher);
  const findings = [checkLauncher(environment.launcher, program)];
  for (const view of views) {
    if (view.state === 'invalid')
      findings.push(
        problem(
          view.id,
          view.problem ?? 'Its file cannot be read.',
          `Mend ${view.path}; nothing is written to it before.`,
        ),
      );
    else if (view.connectors.length > 0 && !launcherThere)
      findings.push(
        problem(
          view.id,
          `It starts ${environment.launcher}, which is gone.`,
          `Run "runlayer setup install --client ${view.id} --connector ${view.connectors[0] ?? ''}" again.`,
        ),
      );
    else if (view.connectors.length > 0)
      findings.push(ok(view.id, `starts ${view.connectors.join(', ')} through the companion`));
    for (const { text, next } of view.drift) findings.push(problem(view.id, text, next));
    if (view.unmanaged.length > 0)
      findings.push(
        note(
          view.id,
          `starts ${view.unmanaged.join(', ')} without the companion.`,
          `Bring them in with "runlayer setup import --client ${view.id} <name>".`,
        ),
      );
  }
  return findings;
}
