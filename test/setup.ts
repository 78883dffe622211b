/**
 * Properties draw from one seed, so that a run that was green stays green; `npm run test:seeds` draws anew. A failure there names
 * its seed: `RUNLAYER_TEST_SEED=<seed>` repeats it.
 */
import { configureGlobal } from 'fast-check';

configureGlobal({ seed: Number(process.env['RUNLAYER_TEST_SEED'] ?? 1) });
