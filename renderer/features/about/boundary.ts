/** The security boundary in plain words, as README.md and the threat list have it. Said the same to everybody, good or bad. */

export const PROTECTED: readonly string[] = [
  'No call reaches a server without a decision, and a record of it that is written before the call leaves. Where one of the two fails, the call is refused.',
  'A server starts only after you saw its whole command line. If one character of it changes, or another program stands behind its name, you are asked again.',
  'A tool that is not what you agreed to any more is hidden and refused.',
  'What goes in and out is looked at first: secrets are masked, hidden characters and orders to the model are stopped.',
  'Secrets are in the keychain and in the one server that needs them, in no file, log or record of ours, and never in this page.',
  'Nothing in this page can let more through by itself. That takes your yes in a window of its own.',
  'No web page and no other user of this machine gets in.',
];

export const NOT_PROTECTED: readonly string[] = [
  'A program that runs as you. It can read what you can read and ask your keychain. The companion leaves no plain text for it and makes tampering visible; it cannot keep it out.',
  'What a server does once it runs. It has your rights: rules govern what agents may ask of it, not what it does by itself.',
  'A server that leaves its process group or lives in a container. It can go on after its session has ended.',
  'Text that persuades a model in words of its own. What is looked for are patterns, and images and audio are not read.',
  'Servers that a client starts without the companion. The Clients page names those it finds.',
  'What a server at an address does with what it was sent.',
  'Without a keychain: the end of the audit trail. Cutting it off would not be noticed.',
];
