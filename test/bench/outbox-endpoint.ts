/**
 * An audit endpoint in a process of its own: takes batches of CloudEvents into SQLite, each (source, id) once, in the order of
 * their coming. `outbox-endpoint.ts <database>` prints its port. `POST /faults?fail=2&cut=5` makes every second request fail
 * and one in five of the others be taken without an answer; `down=1` refuses all. `GET /figures` tells what it holds.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DatabaseSync } from 'node:sqlite';

interface SentEvent {
  readonly id: string;
  readonly source: string;
  readonly rlseq: number;
}

const database = new DatabaseSync(process.argv[2] ?? ':memory:');
database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
database.exec('CREATE TABLE event (arrival INTEGER PRIMARY KEY, source, id, seq, text, UNIQUE (source, id))');
const insert = database.prepare('INSERT OR IGNORE INTO event (source, id, seq, text) VALUES (?, ?, ?, ?)');

const faults = { fail: 0, cut: 0, down: 0 };
const seen = { requests: 0, failed: 0, cut: 0, refused: 0, again: 0 };
let counted = 0;

function take(body: string): void {
  database.exec('BEGIN');
  for (const event of JSON.parse(body) as SentEvent[]) {
    const { changes } = insert.run(event.source, event.id, event.rlseq, JSON.stringify(event));
    if (Number(changes) === 0) seen.again += 1;
  }
  database.exec('COMMIT');
}

function figures(): Readonly<Record<string, unknown>> {
  const held = database.prepare('SELECT count(*) AS n, count(DISTINCT id) AS ids FROM event').get();
  // A record that came before one with a smaller number of the same chain.
  const disorder = database
    .prepare(
      'SELECT count(*) AS n FROM (SELECT seq, lag(seq) OVER (PARTITION BY source ORDER BY arrival) AS before FROM event) WHERE seq <> before + 1',
    )
    .get();
  return { held: held?.['n'], distinct: held?.['ids'], outOfOrder: disorder?.['n'], ...seen };
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  if (url.pathname === '/figures') {
    response.end(JSON.stringify(figures()));
    return;
  }
  if (url.pathname === '/faults') {
    for (const name of ['fail', 'cut', 'down'] as const) faults[name] = Number(url.searchParams.get(name) ?? 0);
    response.writeHead(204).end();
    return;
  }
  seen.requests += 1;
  if (faults.down > 0) {
    seen.refused += 1;
    response.writeHead(503).end();
    return;
  }
  counted += 1;
  if (faults.fail > 0 && counted % faults.fail === 0) {
    seen.failed += 1;
    response.writeHead(500).end();
    return;
  }
  take(Buffer.concat(chunks).toString('utf8'));
  if (faults.cut > 0 && (counted / 2) % faults.cut < 1) {
    seen.cut += 1;
    response.destroy();
    return;
  }
  response.writeHead(202).end();
}

const server = createServer((request, response) => void answer(request, response).catch(() => response.destroy()));
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
// Whoever started it ended.
process.stdin.on('end', () => process.exit(0)).resume();
