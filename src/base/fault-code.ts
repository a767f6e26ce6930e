/** The code that the system or a library gives a fault, such as ENOENT; empty where it has none. */
export function codeOf(fault: unknown): string {
  return fault instanceof Error && "code" in fault ? String(fault.code) : "";
}
