/** Pages of the project that the interface links to. The app opens these in the browser, and no other that a page names. */
export const PROJECT_PAGES = {
  documentation: 'https://docs.runlayer.com/',
  website: 'https://www.runlayer.com/',
} as const;
