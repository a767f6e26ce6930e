import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { behave } from "./behaviour.ts";
import { control, type Desk } from "./control.ts";
import type { Serve } from "./listener.ts";
import type { Outage } from "./outage.ts";
import { isControl, readTarget } from "./target.ts";
import type { World } from "./world.ts";

/** Serves the platform and, on the same port, its control API. */
export function servePlatform(desk: Desk, outage: Outage): Serve {
  return (request, response) => {
    const url = request.url ?? "";
    if (isControl(url, request.headers.via)) {
      outage.usedFor(request.socket, "control");
      return guard(control(desk, request, response), request, response);
    }
    outage.usedFor(request.socket, "platform");
    guard(behave({ request, response, target: readTarget(url) }, desk.simulation), request, response);
  };
}

/** Serves the control API alone. */
export function serveControl(desk: Desk): Serve {
  return (request, response) => guard(control(desk, request, response), request, response);
}

/** Ends a connection whose bytes are not a request: without a word during a blackout, with 400 otherwise. */
export function refuseBytes(world: World, socket: Socket): void {
  if (world.faults.lasts("blackout")) socket.resetAndDestroy();
  else if (socket.writable) socket.end("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  else socket.destroy();
}

// A rejection is a mistake in the sandbox itself: the caller gets to see it, and the process lives on.
function guard(work: Promise<void>, request: IncomingMessage, response: ServerResponse): void {
  request.on("error", () => undefined);
  response.on("error", () => undefined);
  work.catch((fault: unknown) => {
    if (response.headersSent) return request.socket.destroy();
    response.writeHead(500, { "content-type": "application/json" });
    return response.end(JSON.stringify({ code: 5000, message: `simulating platform: ${String(fault)}` }));
  });
}
