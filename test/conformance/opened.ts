export interface Opened {
  /** `http://localhost:<port>/…`: a scenario about rebinding insists on the name. */
  readonly url: string;
  close(): Promise<void>;
}

/** What a leg opened is closed however the run ends, so that no companion of a test home is left behind. */
export async function whileOpen<O extends { close(): Promise<void> }, T>(
  opened: O,
  use: (opened: O) => Promise<T>,
): Promise<T> {
  const interrupted = (): void => void opened.close().finally(() => process.exit(130));
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  try {
    return await use(opened);
  } finally {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
    await opened.close();
  }
}
