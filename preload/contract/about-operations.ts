/** Operations about the companion itself and about its journal as a whole; part of the one list in operations.ts. */
import { z } from 'zod';
import { AboutView, LicencedPackage, SettingsView } from './about.ts';
import { everyone, none, operation, type OperationShape } from './operation.ts';
import { Verification } from './verification.ts';

export const aboutOperations = {
  'settings.get': operation(none, SettingsView, everyone),
  'about.get': operation(none, AboutView, everyone),
  /** Everything that is shipped; E_LICENCES_MISSING where it was not built. */
  'about.licences': operation(none, z.array(LicencedPackage), everyone),
  'about.licence': operation(
    z.strictObject({ name: z.string().min(1).max(214), version: z.string().min(1).max(256) }),
    LicencedPackage.extend({ text: z.string() }),
    everyone,
  ),
  /** For a report: no secret, no name of a secret, no arguments; at most 16 KiB. The person looks at it before it goes anywhere. */
  'about.diagnostics': operation(none, z.strictObject({ text: z.string() }), everyone),
  /** Begins to read the whole journal in a thread of its own, or joins whoever began. */
  'audit.verify': operation(none, Verification, everyone),
  'audit.verification': operation(none, Verification, everyone),
  'audit.verifyCancel': operation(none, Verification, everyone),
} as const satisfies Record<string, OperationShape>;
