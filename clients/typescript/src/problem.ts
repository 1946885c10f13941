import type { components } from "./schema.js";

/** An RFC 9457 problem: what was refused, why, and which fields are wrong. */
export type Problem = components["schemas"]["Problem"];

/** One thing wrong with one field; `pointer` is a JSON Pointer into the part `in` of the request. */
export type FieldError = components["schemas"]["FieldError"];

/** A refusal of the API. */
export class BillfoldError extends Error {
  override readonly name = "BillfoldError";

  constructor(
    /** What the API said. */
    readonly problem: Problem,
    /** When to ask again, in seconds, if the API said so. */
    readonly retryAfter?: number,
  ) {
    super(`${problem.code}: ${problem.detail ?? problem.title}`);
  }

  /** The HTTP status. */
  get status(): number {
    return this.problem.status;
  }

  /** A stable word for programs. */
  get code(): string {
    return this.problem.code;
  }

  /** The fields that are wrong. */
  get errors(): readonly FieldError[] {
    return this.problem.errors ?? [];
  }
}

/** The refusal in an answer that is no success. */
export async function refusalIn(answer: Response): Promise<BillfoldError> {
  const seconds = Number(answer.headers.get("retry-after") ?? Number.NaN);
  const media = answer.headers.get("content-type") ?? "";
  const problem: Problem = media.startsWith("application/problem+json")
    ? await answer.json()
    : // Something between us and the API, such as a proxy, has answered.
      { type: "about:blank", title: answer.statusText, status: answer.status, code: "no_problem" };
  return new BillfoldError(problem, Number.isFinite(seconds) ? seconds : undefined);
}
