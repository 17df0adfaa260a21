// An HTTP server on worker threads that limits each client address, whichever thread serves it.
import { createServer } from "node:http";
import { isMainThread, Worker, workerData } from "node:worker_threads";
import { attachPeerPool, createPeerPool } from "quiesce/peers";

if (isMainThread) {
  const pool = createPeerPool({ capacity: 65_536 });
  for (let i = 0; i < 2; i++) {
    const worker = new Worker(new URL(import.meta.url), { workerData: pool.buffer });
    worker.on("error", (error) => console.error(error));
  }
} else {
  const pool = attachPeerPool(workerData);
  const server = createServer(({ socket }, response) => {
    // One a second, six in a row.
    const allowed = socket.remoteAddress !== undefined && pool.allowAt(socket.remoteAddress, 1_000);
    response.writeHead(allowed ? 200 : 429).end(allowed ? "welcome\n" : "too many requests\n");
  });
  server.listen({ port: Number(process.env.PORT ?? 8080), reusePort: true });
}
