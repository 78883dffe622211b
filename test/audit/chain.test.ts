import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { GENESIS, hashRecord, lineOf } from '../../main/audit/chain.ts';
import { createJournal } from '../../main/audit/journal.ts';
import { memoryStore } from './memory-store.ts';
import { asIs, countingIds, intent, steppingClock } from './records.ts';

describe('the chain on the disk', () => {
  it('starts from 64 zeros', () => {
    expect(GENESIS).toBe('0000000000000000000000000000000000000000000000000000000000000000');
  });

  it('hashes domain, previous hash and record, in UTF-8', () => {
    const record = '{"text":"é😀"}';
    const plain = createHash('sha256')
      .update(Buffer.from(`rl-audit-v1${'ab'.repeat(32)}${record}`, 'utf8'))
      .digest('hex');
    expect(hashRecord('ab'.repeat(32), record)).toBe(plain);
  });

  // Pinned: journals that exist must stay verifiable. The hash was computed with sha256sum over the literal text.
  it('writes exactly this line for exactly this record', () => {
    const store = memoryStore();
    const start = { chainId: 'c0ffee', seq: -1, hash: GENESIS };
    createJournal({ store, clock: steppingClock(), newId: countingIds(), redact: asIs, start }).append(intent(7));
    expect(String(store.lines[0])).toBe(GOLDEN_LINE);
    expect(GOLDEN_LINE).toBe(lineOf(GOLDEN_HASH, GENESIS, GOLDEN_RECORD));
  });
});

const GOLDEN_RECORD =
  '{"argument_bytes":20,"arguments":{"path":"notes.txt"},"call":"01990000-0000-7000-8000-000000000007",' +
  '"chain_id":"c0ffee","claimed":{"client":"claude-ai","pid":4242},"connector":"files","decision":{"code":"rule_allow",' +
  '"decidedBy":"local","effect":"allow","reason":"A rule allows it.","ruleId":"r1"},"gen_ai.tool.name":"read_file",' +
  '"id":"01990000-0000-7000-8000-000000000001","jsonrpc.request.id":"7","kind":"intent","mcp.method.name":"tools/call",' +
  '"mcp.session.id":"session-1","seq":0,"time":"2026-01-02T03:04:05.000Z","v":1}';
const GOLDEN_HASH = '40e1c72a6c6a006b2aca22d61f9db313c9623505a8a8d6d50424479fbd0084c6';
const GOLDEN_LINE = `{"hash":"${GOLDEN_HASH}","prev":"0000000000000000000000000000000000000000000000000000000000000000","record":${GOLDEN_RECORD}}\n`;
