/**
 * Where a newer version is announced: an https address that answers `{"version": "1.2.3"}`. Null: nobody publishes this build
 * (`publish: null` in electron-builder.yml), so nothing is asked. Whoever releases sets both.
 */
export const UPDATE_FEED: string | null = null;
