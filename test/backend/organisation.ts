/** The organisation whose tenant this is, and the person who is there even where nothing is seeded. */
export const ORGANISATION = { id: '0c9f4a52-6d1e-4b7a-9a55-3f2b8c1d7e60', name: 'Northwind Robotics' } as const;

export const FIRST_PERSON = {
  id: '5a1b7c3e-90d4-4f6a-8b21-c4e7d2f10a01',
  email: 'ada.okafor@northwind-robotics.example',
  name: 'Ada Okafor',
  role: 'admin',
  groups: ['everyone', 'platform'],
} as const;
