import { caddy } from "./caddy.ts";
import { haproxy } from "./haproxy.ts";
import { nginx } from "./nginx.ts";
import { nodeProxy } from "./program.ts";
import type { Proxy } from "./proxy.ts";

/** node-http-proxy 1.18 with an agent that keeps connections alive: what most Node gateways are built on. */
export const httpProxy = nodeProxy("http-proxy", "http-proxy-classic", "./http-proxy-server.ts");

/** Fastify's proxy with its own defaults (undici below). */
export const fastifyProxy = nodeProxy("@fastify/http-proxy", "@fastify/http-proxy", "./fastify-server.ts");

/** node:http and undici joined by nothing: the room that the runtime leaves for a pipeline. */
export const bareSketch = nodeProxy("bare-sketch", "undici", "./sketch-server.ts");

/** Everything that Taxgate is compared with, in the table's order. */
export const peers: readonly Proxy[] = [nginx, haproxy, caddy, httpProxy, fastifyProxy, bareSketch];
