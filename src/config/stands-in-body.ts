const IN_BODY = ["json", "xml", "form", "multipart", "body"] as const;

/** Does a value stand in the body, by where an extractor looks? */
export function standsInBody(place: object): boolean {
  return IN_BODY.some((kind) => kind in place);
}

/** Does a number stand in bodies and nowhere else? */
export function standInBodies(places: readonly object[]): boolean {
  return places.length > 0 && places.every(standsInBody);
}
