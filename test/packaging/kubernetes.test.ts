import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { load, loadAll } from "js-yaml";
import { z } from "zod";
import { loadText } from "../config/load-text.ts";
import { kubernetesObject, type Container, type KubernetesObject } from "./kubernetes-schema.ts";

const read = (path: string): string => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), "utf8");
const version = (JSON.parse(read("package.json")) as { version: string }).version;

/** What the manifests' own configuration says that the pods around it must agree with. */
const configuration = z.looseObject({
  state: z.object({ dir: z.string() }),
  listeners: z.array(z.object({ name: z.string(), bind: z.string() })),
  health: z.object({ bind: z.string() }),
  drain: z.object({ grace: z.templateLiteral([z.int(), "s"]), max: z.templateLiteral([z.int(), "s"]) }),
});

type Kind<Name> = Extract<KubernetesObject, { kind: Name }>;

function objects(file: string): KubernetesObject[] {
  return loadAll(read(`config/deploy/kubernetes/${file}`)).map((object) => kubernetesObject.parse(object));
}

function only<Name extends KubernetesObject["kind"]>(all: readonly KubernetesObject[], kind: Name): Kind<Name> {
  const found = all.filter((object): object is Kind<Name> => object.kind === kind);
  assert.equal(found.length, 1, `one ${kind}`);
  return found[0] as Kind<Name>;
}

const portOf = (bind: string): number => Number(bind.slice(bind.lastIndexOf(":") + 1));
const hostOf = (bind: string): string => bind.slice(0, bind.lastIndexOf(":"));
const secondsOf = (duration: string): number => Number.parseInt(duration, 10);

const cases = [
  { file: "sidecar.yaml", kind: "Deployment", place: "initContainers", reachable: "127.0.0.1" },
  { file: "standalone.yaml", kind: "StatefulSet", place: "containers", reachable: "0.0.0.0" },
] as const;

for (const { file, kind, place, reachable } of cases) {
  describe(`config/deploy/kubernetes/${file}`, () => {
    const all = objects(file);
    const config = configuration.parse(load(only(all, "ConfigMap").data["taxgate.yaml"] ?? ""));
    const workload = only(all, kind);
    const pod = workload.spec.template.spec;
    const taxgate = pod[place]?.find((container) => container.name === "taxgate") as Container;
    const mounts = new Map((taxgate.volumeMounts ?? []).map(({ name, mountPath, readOnly = false }) => [name, { mountPath, readOnly }]));

    test("runs the image of this version, with the configuration that it mounts", () => {
      assert.equal(taxgate.image, `taxgate:${version}`);
      assert.deepEqual(taxgate.args, ["run", `${mounts.get("config")?.mountPath}/taxgate.yaml`]);
      assert.ok(pod.volumes.some((volume) => "configMap" in volume && volume.configMap.name === only(all, "ConfigMap").metadata.name));
    });

    test("keeps the state in a volume that outlives the pod", () => {
      assert.deepEqual(mounts.get("state"), { mountPath: config.state.dir, readOnly: false });
      assert.match(read("Dockerfile"), new RegExp(`^VOLUME ${config.state.dir}$`, "m"));
      const claims =
        workload.kind === "StatefulSet"
          ? workload.spec.volumeClaimTemplates.map((claim) => claim.metadata.name)
          : pod.volumes.flatMap((volume) =>
              "persistentVolumeClaim" in volume && volume.persistentVolumeClaim.claimName === only(all, "PersistentVolumeClaim").metadata.name ? [volume.name] : [],
            );
      assert.deepEqual(claims, ["state"]);
    });

    test("probes the health listener, which the kubelet reaches", () => {
      const health = taxgate.ports?.find((port) => port.name === "health");
      assert.equal(health?.containerPort, portOf(config.health.bind));
      assert.equal(hostOf(config.health.bind), "0.0.0.0");
      const asked = [taxgate.startupProbe, taxgate.readinessProbe, taxgate.livenessProbe].map((probe) => probe?.httpGet);
      assert.deepEqual(
        asked,
        ["/readyz", "/readyz", "/livez"].map((path) => ({ path, port: "health" })),
      );
    });

    test("gives the drain the time that it may take", () => {
      const needed = (taxgate.lifecycle?.preStop.sleep.seconds ?? 0) + secondsOf(config.drain.grace) + secondsOf(config.drain.max);
      assert.ok(pod.terminationGracePeriodSeconds > needed, `${pod.terminationGracePeriodSeconds} s for ${needed} s`);
    });

    test("listens where its callers are, and runs as the user of the image", () => {
      for (const { bind } of config.listeners) assert.equal(hostOf(bind), reachable);
      assert.match(read("Dockerfile"), new RegExp(`^USER ${pod.securityContext.runAsUser}:${pod.securityContext.runAsGroup}$`, "m"));
    });

    test("has a configuration without a mistake or a warning, that journals submissions", () => {
      const loaded = loadText(only(all, "ConfigMap").data["taxgate.yaml"] ?? "");
      assert.deepEqual(loaded.ok ? loaded.warnings : loaded.problems, []);
      assert.ok(loaded.ok && loaded.config.sites.some(({ routes }) => routes.some((route) => route.submission !== undefined)));
    });

    test("runs one instance, because one journal must see all submissions", () => {
      assert.equal(workload.spec.replicas, 1);
    });

    test("selects its own pods", () => {
      assert.deepEqual(workload.spec.selector.matchLabels, workload.spec.template.metadata.labels);
    });
  });
}

describe("the sidecar", () => {
  const all = objects("sidecar.yaml");
  const { spec } = only(all, "Deployment");

  test("starts before the application and ends after it", () => {
    assert.equal(spec.template.spec.initContainers?.find(({ name }) => name === "taxgate")?.restartPolicy, "Always");
  });

  test("lets go of its state before the next pod takes it", () => {
    assert.equal(spec.strategy.type, "Recreate");
  });
});

describe("the stand-alone set", () => {
  const all = objects("standalone.yaml");
  const { spec } = only(all, "StatefulSet");
  const own = spec.template.metadata.labels;

  test("is reached by services whose ports exist", () => {
    const services = all.filter((object) => object.kind === "Service");
    assert.ok(services.some(({ metadata, spec: { clusterIP } }) => metadata.name === spec.serviceName && clusterIP === "None"));
    const ports = spec.template.spec.containers.flatMap((container) => container.ports?.map((port) => port.name) ?? []);
    for (const {
      spec: { selector, ports: offered },
    } of services) {
      assert.deepEqual(selector, own);
      for (const { targetPort } of offered) assert.ok(ports.includes(String(targetPort)));
    }
  });
});
