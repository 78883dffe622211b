/** Search, chart, stories and export of what the journal holds. They read; only the export writes, and only a new file. */
import {
  CompanionError,
  type CallStory,
  type OperationInput,
  type OperationOutput,
  type TaskStory,
} from '../../preload/contract/index.ts';
import { aboutOf } from '../audit/about.ts';
import { classOf } from '../audit/decision-class.ts';
import type { AuditIndex } from '../audit/disk/index-client.ts';
import { callSteps } from '../audit/story/call-story.ts';
import { taskSteps, taskSummary } from '../audit/story/task-story.ts';
import { wholeArguments } from '../policy/whole-arguments.ts';
import { chainSentence, ruleSentence } from '../policy/sentence.ts';
import type { SettingsStore } from '../settings/settings-store.ts';
import { exportEntries } from './activity-export.ts';
import type { Handlers } from './dispatch.ts';
import type { Jobs } from './jobs.ts';

export interface ActivityParts {
  readonly settings: Pick<SettingsStore, 'read'>;
  readonly index: Pick<AuditIndex, 'activity'>;
  readonly jobs: Jobs;
  readonly clock: () => Date;
  /** The person's, where Downloads is. */
  readonly userHome: string;
}

/** A page that somebody took over may not fill the disk: of exports that the interface asks for. */
const MAX_EXPORTS = 20;
const EXPORTS_MS = 3_600_000;
const TASK_STEPS = 200;

export function activityHandlers(parts: ActivityParts): Pick<Handlers, Extract<keyof Handlers, `activity.${string}`>> {
  const { index, settings, jobs, clock } = parts;
  let exports: number[] = [];

  /** Of the rule or chain of this id as it is now. */
  const sentenceOf = (ruleId: string | undefined): string | undefined => {
    const { rules, chains } = settings.read();
    const rule = rules.find(({ id }) => id === ruleId);
    if (rule !== undefined) return ruleSentence(rule);
    const chain = chains.find(({ id }) => id === ruleId);
    return chain === undefined ? undefined : chainSentence(chain);
  };

  const call = async ({ id }: OperationInput<'activity.call'>): Promise<CallStory> => {
    const { kept } = await index.activity({ op: 'entry', id });
    if (kept === undefined) {
      throw new CompanionError(
        'E_CALL_UNKNOWN',
        'The journal holds no such call.',
        'It may have left the journal with its age; look for it in the list.',
        { exitCode: 2 },
      );
    }
    const { entry, intent, latest, outcome } = kept;
    const { kind, effect = null, code = null, ruleId } = entry;
    const sentence = sentenceOf(ruleId);
    const about = aboutOf(entry.arguments);
    const whole = intent === undefined ? undefined : wholeArguments(intent.arguments);
    return {
      entry,
      decision: classOf({ kind, effect, code }, entry.outcome),
      ...(about === undefined ? {} : { about }),
      steps: kind === 'event' ? [] : callSteps({ intent, latest, outcome, ruleSentence: sentence }),
      findings: entry.findings ?? [],
      ...(ruleId === undefined || sentence === undefined ? {} : { rule: { id: ruleId, sentence } }),
      ...(whole === undefined ? {} : { arguments: whole }),
      ...(intent === undefined ? {} : { argumentBytes: intent.argument_bytes }),
    };
  };

  const task = async ({ session, around }: OperationInput<'activity.task'>): Promise<TaskStory> => {
    const { entries, before, after } = await index.activity({ op: 'session', session, around, limit: TASK_STEPS });
    const client = entries.find((entry) => entry.client !== undefined)?.client;
    const steps = taskSteps(entries);
    return {
      session,
      ...(client === undefined ? {} : { client }),
      connectors: [...new Set(entries.flatMap(({ connector }) => connector ?? []))],
      total: before + entries.length + after,
      before,
      after,
      steps,
      summary: taskSummary(steps),
    };
  };

  const startExport = ({ format, filter }: OperationInput<'activity.export'>): OperationOutput<'activity.export'> => {
    const now = clock();
    exports = exports.filter((at) => now.getTime() - at < EXPORTS_MS);
    if (jobs.isRunning('export'))
      throw refusedExport('Another export is under way.', 'Wait until it has ended, or cancel it.');
    if (exports.length >= MAX_EXPORTS)
      throw refusedExport(`There were ${MAX_EXPORTS} exports in the last hour.`, 'Try again later.');
    exports.push(now.getTime());
    const request = { index, format, filter, userHome: parts.userHome, now };
    return { job: jobs.start('export', 0, (job) => exportEntries(request, job)).id };
  };

  return {
    'activity.search': async ({ filter, offset, limit, of, slot }) => {
      const { op: _, ...window } = await index.activity({ op: 'window', filter, offset, limit, of }, slot);
      return window;
    },
    'activity.histogram': async ({ filter, from, to, buckets, slot }) =>
      (await index.activity({ op: 'histogram', filter, from, to, buckets }, slot)).histogram,
    'activity.values': async () => (await index.activity({ op: 'values' })).values,
    'activity.call': call,
    'activity.task': task,
    'activity.export': startExport,
  };
}

function refusedExport(message: string, next: string): CompanionError {
  return new CompanionError('E_EXPORT_REFUSED', message, next, { exitCode: 2 });
}

/** For what goes on behind a request. */
export function jobHandlers(jobs: Jobs): Pick<Handlers, Extract<keyof Handlers, `jobs.${string}`>> {
  return {
    'jobs.list': () => jobs.list(),
    'jobs.get': ({ id }) => jobs.get(id),
    'jobs.cancel': ({ id }) => jobs.cancel(id),
  };
}
