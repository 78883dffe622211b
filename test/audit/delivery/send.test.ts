import dns from 'node:dns';
import { describe, expect, it, vi } from 'vitest';
import { createSender } from '../../../main/audit/delivery/send.ts';
import { CERTIFICATE, KEY } from '../../identity/loopback-certificate.ts';
import { deliveryRig, INGEST, TOKEN } from './rig.ts';

const rig = deliveryRig();
const never = (): (() => void) => () => undefined;

async function sendTo(address: string, ca?: string) {
  const sender = createSender({ schedule: never, ...(ca === undefined ? {} : { ca }) });
  const answer = await sender.send({
    url: new URL(address),
    headers: { authorization: `Bearer ${TOKEN}` },
    body: Buffer.from('[]'),
    signal: new AbortController().signal,
  });
  sender.close();
  return answer;
}

describe('createSender', () => {
  it('speaks https with whom it can check', async () => {
    const tenant = await rig.tenantOf({ tls: { key: KEY, cert: CERTIFICATE }, hostname: 'localhost' });
    expect(await sendTo(`${tenant.url}${INGEST}`, CERTIFICATE)).toMatchObject({ kind: 'answered', status: 202 });
  });

  it('sends nothing to whom it cannot check, whatever the environment says', async () => {
    const tenant = await rig.tenantOf({ tls: { key: KEY, cert: CERTIFICATE }, hostname: 'localhost' });
    const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      expect(await sendTo(`${tenant.url}${INGEST}`)).toEqual({
        kind: 'failed',
        why: 'has a certificate that is not trusted',
      });
    } finally {
      if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
      else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before;
    }
    expect(tenant.requests.all).toEqual([]);
  });

  it('sends nothing over http to another machine', async () => {
    expect(await sendTo('http://audit.example/ingest')).toMatchObject({
      kind: 'failed',
      why: expect.stringContaining('is not asked') as string,
    });
  });

  it('takes "localhost" for this machine, whatever a resolver makes of it', async () => {
    const tenant = await rig.tenantOf();
    const lookup = vi.spyOn(dns, 'lookup');
    try {
      const { port } = new URL(tenant.url);
      expect(await sendTo(`http://localhost:${port}${INGEST}`)).toMatchObject({ kind: 'answered' });
      expect(lookup).not.toHaveBeenCalled();
    } finally {
      lookup.mockRestore();
    }
  });

  it('says so where nobody listens', async () => {
    const tenant = await rig.tenantOf();
    const address = `${tenant.url}${INGEST}`;
    const other = createSender({ schedule: never });
    await other.send({
      url: new URL(address),
      headers: {},
      body: Buffer.from('[]'),
      signal: AbortSignal.abort(),
    });
    other.close();
    expect(tenant.requests.all).toEqual([]);
    expect(await sendTo('http://127.0.0.1:1/')).toEqual({ kind: 'failed', why: 'cannot be reached' });
  });
});
