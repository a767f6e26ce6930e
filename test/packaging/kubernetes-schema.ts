import { z } from "zod";

// The part of Kubernetes' API that config/deploy uses, closed: an unknown or misspelt key is an error, as the API server's strict
// validation has it. Names and types from the Kubernetes API reference, 1.33.

const labels = z.record(z.string().regex(/^([a-z.]+\/)?[a-z][\w.-]*$/), z.string().max(63));
const name = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/)
  .max(63);
const metadata = z.strictObject({ name, labels: labels.optional() });
const selector = z.strictObject({ matchLabels: labels });
const quantity = z.string().regex(/^\d+(m|Ki|Mi|Gi)?$/);
const quantities = z.strictObject({ cpu: quantity.optional(), memory: quantity.optional(), storage: quantity.optional() });
const seconds = z.int().positive();
const port = z.int().min(1).max(65535);

const probe = z.strictObject({
  httpGet: z.strictObject({ path: z.string().startsWith("/"), port: z.union([port, name]) }),
  periodSeconds: seconds,
  timeoutSeconds: seconds.optional(),
  failureThreshold: seconds,
});

const container = z.strictObject({
  name,
  image: z.string().regex(/^[a-z][a-z0-9/-]*:\d+\.\d+\.\d+$/),
  restartPolicy: z.literal("Always").optional(),
  args: z.array(z.string()).optional(),
  env: z.array(z.strictObject({ name: z.string(), value: z.string() })).optional(),
  ports: z.array(z.strictObject({ name, containerPort: port })).optional(),
  startupProbe: probe.optional(),
  readinessProbe: probe.optional(),
  livenessProbe: probe.optional(),
  lifecycle: z.strictObject({ preStop: z.strictObject({ sleep: z.strictObject({ seconds }) }) }).optional(),
  resources: z.strictObject({ requests: quantities, limits: quantities }),
  securityContext: z.strictObject({
    allowPrivilegeEscalation: z.literal(false),
    readOnlyRootFilesystem: z.literal(true),
    capabilities: z.strictObject({ drop: z.tuple([z.literal("ALL")]) }),
  }),
  volumeMounts: z.array(z.strictObject({ name, mountPath: z.string().startsWith("/"), readOnly: z.boolean().optional() })).optional(),
});

const volume = z.union([
  z.strictObject({ name, configMap: z.strictObject({ name }) }),
  z.strictObject({ name, persistentVolumeClaim: z.strictObject({ claimName: name }) }),
]);

const template = z.strictObject({
  metadata: z.strictObject({ labels }),
  spec: z.strictObject({
    terminationGracePeriodSeconds: seconds,
    automountServiceAccountToken: z.boolean().optional(),
    securityContext: z.strictObject({
      runAsNonRoot: z.literal(true),
      runAsUser: z.int().positive(),
      runAsGroup: z.int().positive(),
      fsGroup: z.int().positive(),
      fsGroupChangePolicy: z.enum(["Always", "OnRootMismatch"]),
      seccompProfile: z.strictObject({ type: z.literal("RuntimeDefault") }),
    }),
    initContainers: z.array(container).optional(),
    containers: z.array(container).min(1),
    volumes: z.array(volume),
  }),
});

const claim = z.strictObject({
  accessModes: z.array(z.enum(["ReadWriteOnce", "ReadWriteOncePod"])),
  resources: z.strictObject({ requests: quantities }),
});

const configMap = z.strictObject({ apiVersion: z.literal("v1"), kind: z.literal("ConfigMap"), metadata, data: z.record(z.string(), z.string()) });
const service = z.strictObject({
  apiVersion: z.literal("v1"),
  kind: z.literal("Service"),
  metadata,
  spec: z.strictObject({ clusterIP: z.literal("None").optional(), selector: labels, ports: z.array(z.strictObject({ name, port, targetPort: z.union([port, name]) })) }),
});
const volumeClaim = z.strictObject({ apiVersion: z.literal("v1"), kind: z.literal("PersistentVolumeClaim"), metadata, spec: claim });
const deployment = z.strictObject({
  apiVersion: z.literal("apps/v1"),
  kind: z.literal("Deployment"),
  metadata,
  spec: z.strictObject({ replicas: z.int(), strategy: z.strictObject({ type: z.enum(["Recreate", "RollingUpdate"]) }), selector, template }),
});
const statefulSet = z.strictObject({
  apiVersion: z.literal("apps/v1"),
  kind: z.literal("StatefulSet"),
  metadata,
  spec: z.strictObject({
    serviceName: name,
    replicas: z.int(),
    podManagementPolicy: z.enum(["OrderedReady", "Parallel"]),
    selector,
    template,
    volumeClaimTemplates: z.array(z.strictObject({ metadata, spec: claim })),
  }),
});

/** One Kubernetes object of the kinds that config/deploy uses. */
export const kubernetesObject = z.discriminatedUnion("kind", [configMap, service, volumeClaim, deployment, statefulSet]);

/** A checked Kubernetes object. */
export type KubernetesObject = z.infer<typeof kubernetesObject>;

/** A checked container, ours or the application's. */
export type Container = z.infer<typeof container>;
