/** Every detector of secrets. Each is linear in the length of the text; see the README for the measurement. */
import type { Detector } from '../match.ts';
import { findAddressPasswords } from './addresses-with-passwords.ts';
import { findAssignments } from './assignments.ts';
import { findAuthorization } from './authorization.ts';
import { CLOUD_FORMATS } from './formats-cloud.ts';
import { CODE_FORMATS } from './formats-code.ts';
import { MODEL_FORMATS } from './formats-models.ts';
import { SERVICE_FORMATS } from './formats-services.ts';
import { findTokens } from './jwt.ts';
import { findKnownPairs } from './known-pairs.ts';
import { findPrivateKeys } from './private-keys.ts';
import { secretlintDetectors } from './secretlint-rules.ts';
import { tokenDetector } from './token-format.ts';

/** Those that are written here, and cannot take long. */
export const ownSecretDetectors: readonly Detector[] = [
  tokenDetector([...CODE_FORMATS, ...CLOUD_FORMATS, ...MODEL_FORMATS, ...SERVICE_FORMATS]),
  findPrivateKeys,
  findTokens,
  findAddressPasswords,
  findAuthorization,
  findKnownPairs,
  findAssignments,
];

export const secretDetectors: readonly Detector[] = [...ownSecretDetectors, secretlintDetectors()];
