/** Every detector of personal data. Each is linear in the length of the text. */
import type { Detector } from '../match.ts';
import { findCards } from './cards.ts';
import { findContacts } from './contacts.ts';
import { findIbans } from './iban.ts';
import { nationalDetector } from './national-number.ts';
import { EUROPE } from './numbers-europe.ts';
import { WORLD } from './numbers-world.ts';

export const piiDetectors: readonly Detector[] = [
  findCards,
  findIbans,
  nationalDetector([...EUROPE, ...WORLD]),
  findContacts,
];
