import fastifyProxy from "@fastify/http-proxy";
import fastify from "fastify";

// Run as a process of its own by peers.ts, with the settings that its README shows.
const server = fastify();
await server.register(fastifyProxy, { upstream: `http://127.0.0.1:${process.env["ORIGIN"]}` });
await server.listen({ host: "127.0.0.1", port: Number(process.env["PORT"]) });
