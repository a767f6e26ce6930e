/**
 * The lane in which a request waits wherever requests are served by turns: its taxpayer's; where none is known, that of whoever
 * asks, so that one of them does not keep the others waiting. A principal that is called like a taxpayer has another lane.
 */
export function fairLane(taxpayer: string | null, principal: string | null, address: string | null): string {
  if (taxpayer !== null) return taxpayer;
  return principal === null ? `address ${address ?? ""}` : `principal ${principal}`;
}
