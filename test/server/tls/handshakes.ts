import { connect, type ConnectionOptions, type TLSSocket } from "node:tls";

/** A handshake as the client saw it. */
export interface Seen {
  readonly socket: TLSSocket;
  /** Common name of what was shown. */
  readonly shown: string;
  readonly resumed: boolean;
  /** The last session that came, for another connection. */
  readonly session: Buffer | null;
  /** What the server answered; empty: it closed without. */
  readonly answer: string;
}

const REQUEST = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/** Shakes hands, asks once, and waits for the answer or the end. Rejects with OpenSSL's reason where the server refuses. The socket stays open. */
export function handshake(port: number, own: ConnectionOptions = {}): Promise<Seen> {
  return new Promise((resolve, reject) => {
    let session: Buffer | null = null;
    let answer = "";
    const socket = connect({ port, host: "127.0.0.1", servername: "localhost", rejectUnauthorized: false, ALPNProtocols: ["http/1.1"], ...own });
    const over = (): void => {
      const peer = socket.getPeerCertificate() as { subject?: { CN?: string } } | null;
      resolve({ socket, shown: peer?.subject?.CN ?? "", resumed: socket.isSessionReused(), session, answer });
    };
    socket.on("session", (data: Buffer) => (session = data));
    socket.on("data", (part: Buffer) => {
      answer += part.toString("latin1");
      if (answer.includes("\r\n\r\n")) over();
    });
    socket.once("error", reject);
    socket.once("close", over);
    socket.once("secureConnect", () => void socket.write(REQUEST));
  });
}

/** Why the server refused; "connected" where it did not. */
export async function refusal(port: number, own: ConnectionOptions = {}): Promise<string> {
  try {
    const { socket, answer } = await handshake(port, own);
    socket.destroy();
    return answer === "" ? "closed" : "connected";
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}
