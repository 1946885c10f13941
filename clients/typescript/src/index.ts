/**
 * A typed client of the Billfold API.
 *
 * Guarantees: paths, queries, bodies and answers have the types of the OpenAPI document; every write
 * carries an idempotency key, a fresh one unless the caller names it, and is only ever repeated
 * under the same key; what is refused is thrown as a {@link BillfoldError} with the problem in it.
 * Absent on purpose: a second description of the API, and state of its own.
 */
export { createClient, type Billfold, type Options } from "./client.js";
export { each, type Page } from "./each.js";
export { follow, type Event, type Where } from "./feed.js";
export { BillfoldError, type FieldError, type Problem } from "./problem.js";
export type { components, operations, paths } from "./schema.js";
