/** The fixed ids of what is seeded. */
export const SEEDED = {
  connectors: {
    everything: '6513270e-269e-4d37-b2a7-4de452e6b438',
    files: 'd23f0824-128b-4f33-8c5c-7fd0a6a3a450',
    telemetry: '9531985d-5d9d-49f8-9818-e811892f902b',
    github: '36f675cc-81e7-4ef5-a8e2-5d940ed90475',
    linear: '6b0d549b-6f03-475a-9600-a35a099950d8',
    figma: '8d116ece-1738-47d9-bd9c-172411e20b8f',
    warehouse: '90c192cf-d3ac-44af-8f21-ddb66cad4a26',
    slack: 'a170b338-3926-4059-b28c-105d1fb17c23',
  },
  people: {
    mateo: '0fd630f1-f29d-4da9-953f-48f1a09f76b5',
    priya: '0cb1e29c-658c-4a14-95e6-0af593bd04cf',
    jonas: '8e81973e-0bec-47b0-b898-d190f9ebdacc',
    lin: '6b4cb242-4a23-4596-a217-beaddbc496cb',
    sara: '92276658-1e27-41c0-8a6a-63ec24ede6a4',
  },
  agents: { nightly: 'ae97ba94-d0ed-482f-8f6d-05584ef8aa38' },
  accounts: { linear: '923a7369-94e3-4f91-9a61-dbe22e44158b', github: '18f135d2-5f55-4203-b018-50c5a38fd547' },
  approvals: {
    release: '907a70c3-1012-4037-b64c-e4228c38fb29',
    channel: '7f150524-34b9-45df-9e77-69b10f4205b4',
    stock: 'c6f87718-6d76-407e-881e-d162ae2eb154',
  },
} as const;
