/** Where the shell keeps how it looks, never what it decides: `shell.json` in the companion's home. */
export interface ShellStore {
  get(key: 'window' | 'notifications'): unknown;
  set(key: 'window', value: { x: number; y: number; width: number; height: number }): void;
  set(key: 'notifications', value: boolean): void;
}
