// The floor for two processes in between: a client that pumps bytes to a second process over a socket, which pumps them to
// the server. No framing, no parsing, no decision.
import { spawn } from 'node:child_process';
import { createServer, connect } from 'node:net';

const [role, socketPath, ...command] = process.argv.slice(2);
if (role === 'front') {
  const back = spawn(process.execPath, [process.argv[1], 'back', socketPath, ...command], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  back.stdout.once('data', () => {
    const socket = connect(socketPath);
    process.stdin.pipe(socket).pipe(process.stdout);
    socket.on('close', () => process.exit(0));
  });
} else {
  const listener = createServer((socket) => {
    const server = spawn(command[0], command.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] });
    socket.pipe(server.stdin);
    server.stdout.pipe(socket);
    server.on('exit', () => process.exit(0));
    socket.on('close', () => server.kill());
  });
  listener.listen(socketPath, () => process.stdout.write('ready\n'));
}
