import type { CompanionError } from '../../preload/contract/failure.ts';
import { secretValue } from './secret-failures.ts';

const MAX_LENGTH = 65_536;

/** Why a value cannot be a secret; undefined when it can. The refusal never holds the value. */
export function refuseValue(value: string): CompanionError | undefined {
  if (value.trim() === '') return secretValue('is empty', 'Give the value on standard input or at the prompt.');
  if (value.includes('\0')) {
    return secretValue(
      'holds a NUL character',
      'Environment variables cannot carry it: store it encoded, for example in base64.',
    );
  }
  if (!value.isWellFormed()) return secretValue('is not valid text', 'Store it encoded, for example in base64.');
  if (value.length > MAX_LENGTH) {
    return secretValue('is longer than 65,536 characters', 'Keep it in a file and store the path to it instead.');
  }
  return undefined;
}
