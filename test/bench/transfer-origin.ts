import { createServer } from "node:http";
import { Readable } from "node:stream";

// Run as a process of its own by transfer.ts: GET gives SIZE bytes, any other method counts what it gets and says so.
const size = Number(process.env["SIZE"]);
const piece = Buffer.alloc(64 * 1024, 0x61);

function* bytes(length: number): Generator<Buffer> {
  for (let left = length; left > 0; left -= piece.length) yield left < piece.length ? piece.subarray(0, left) : piece;
}

createServer((request, response) => {
  if (request.method === "GET" && request.url === "/pass/large") {
    response.writeHead(200, { "content-length": size });
    Readable.from(bytes(size), { objectMode: false }).pipe(response);
    return;
  }
  let received = 0;
  request.on("data", (chunk: Buffer) => (received += chunk.length));
  request.on("end", () => response.end(String(received)));
}).listen(Number(process.env["PORT"]), "127.0.0.1");
