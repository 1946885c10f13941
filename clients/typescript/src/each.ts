/** One page of a list. */
export interface Page<Row> {
  readonly items: readonly Row[];
  readonly next_cursor?: string | null;
}

/**
 * Every row of a list, page by page, as they are asked for:
 *
 *     for await (const client of each((cursor) =>
 *       api.GET("/api/v1/clients", { params: { query: { cursor } } }))) { … }
 */
export async function* each<Row>(
  read: (cursor: string | undefined) => Promise<{ data?: Page<Row> }>,
): AsyncGenerator<Row, void, undefined> {
  let cursor: string | undefined;
  do {
    const { data } = await read(cursor);
    if (!data) return;
    yield* data.items;
    cursor = data.next_cursor ?? undefined;
  } while (cursor !== undefined);
}
