# The slim image carries the same glibc build of Node that package.json pins and the tests run on; alpine's is another build, on musl.
FROM node:26.10.0-slim AS build
WORKDIR /build
COPY .npmrc package.json package-lock.json tsconfig.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY src ./src
RUN npm run build

# Only the bundle goes on: no npm packages, no sources, and not the optional packages that bring Node to a bare machine.
FROM node:26.10.0-slim
ENV NODE_ENV=production
WORKDIR /opt/taxgate
RUN install -d -o node -g node -m 0700 /var/lib/taxgate
COPY LICENSE package.json ./
COPY config ./config
COPY --from=build /build/dist ./dist

# The number, not the name: Kubernetes checks runAsNonRoot by it. The root may be read-only; what must last lies in the volume.
USER 1000:1000
VOLUME /var/lib/taxgate
EXPOSE 8080 8443 9901
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
  CMD ["node", "--eval", "fetch('http://127.0.0.1:9901/livez').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "--max-semi-space-size=8", "/opt/taxgate/dist/taxgate.js"]
CMD ["run", "/etc/taxgate/taxgate.yaml"]
